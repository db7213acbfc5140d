#include "daemon/app/daemon.h"

int main(int argc, char** argv, char** environment) {
  return strongroom::app::run_command(argc, argv, environment);
}
