/* The program mock-ndes; what it can do stands in commands.c. */
#include "server/commands.h"

int
main(int argc, char **argv)
{
	return commands_run(argc, argv);
}
