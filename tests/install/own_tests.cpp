// How an author's own tests ask whether an exporter keeps its promises.
#include <cstdio>

#include <strongroom/plugin_tests/check.h>

int main(int argc, char** argv) {
  using namespace strongroom::plugin_tests;
  if (argc != 2) return 2;
  const auto outcomes = check_plugin({.library = argv[1], .type = Type::exporter});
  if (!outcomes) return 2;
  int broken = 0;
  for (const auto& outcome : *outcomes) {
    if (outcome.verdict != Verdict::failed) continue;
    std::printf("%s: %s\n", outcome.check.c_str(), outcome.detail.c_str());
    ++broken;
  }
  return broken == 0 && outcomes->size() == checks_of(Type::exporter).size() ? 0 : 1;
}
