// main.cpp -- the program presil; everything it does is in program.h.
#include "sim/cli/program.h"

int main(int argc, char** argv) { return presil::cli::run_program(argc, argv); }
