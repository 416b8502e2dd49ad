/* The program mock-ndes; what it can do stands in commands.c. */
#include "common/ossl.h"
#include "server/commands.h"

int
main(int argc, char **argv)
{
	ossl_start();
	return commands_run(argc, argv);
}
