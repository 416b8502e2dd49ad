/* The program mock-ndes; what it can do stands in commands.c. */
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>

#include "common/memory.h"
#include "common/ossl.h"
#include "server/commands.h"

int
main(int argc, char **argv)
{
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit is a failed write like others */
	ossl_start();
	json_set_alloc_funcs(memory_take, free);
	return commands_run(argc, argv);
}
