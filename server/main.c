/* The program mock-ndes; what it can do stands in commands.c. */
#include <signal.h>

#include "common/ossl.h"
#include "server/commands.h"

int
main(int argc, char **argv)
{
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit is a failed write like others */
	ossl_start();
	return commands_run(argc, argv);
}
