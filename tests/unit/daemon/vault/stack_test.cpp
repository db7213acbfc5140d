// After a request no key is left on the stack of its thread.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>

#include <cstring>
#include <semaphore>

#include "daemon/vault/associated_data.h"
#include "daemon/vault/envelope.h"
#include "daemon/vault/vault_impl.h"
#include "daemon/vault/wrap.h"
#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

constexpr std::size_t k_stack = 512 * 1024;

// On the heap, so that only the code under test puts them on the stack.
struct Work {
  Bytes kek = Bytes(32);
  Bytes item;
  std::vector<Secret> fields;
  bool leave_a_copy = false;
  // The stack is searched while the thread still stands: at its end glibc gives the pages back.
  std::binary_semaphore done{0};
  std::binary_semaphore searched{0};
};

// What a careless function does, deep enough that waiting does not overwrite it.
[[gnu::noinline]] void leave_a_copy(const Bytes& key) {
  Byte copy[8 * 1024];
  std::memcpy(copy, key.data(), key.size());
  // Keeps the compiler from leaving the copy out.
  asm volatile("" ::"r"(copy) : "memory");
}

void* run(void* argument) {
  auto& work = *static_cast<Work*>(argument);
  const StoreId store{};
  const BytesView fields[] = {as_bytes("a value that is easy to find")};
  (void)seal_item(store, test::k_head, work.kek, 1, fields, work.item);
  wipe_stack_below(k_request_stack);
  if (auto opened = open_item(store, test::k_head, work.kek, work.item, wiped_heap())) work.fields = std::move(*opened);
  wipe_stack_below(k_request_stack);
  if (work.leave_a_copy) leave_a_copy(work.kek);
  work.done.release();
  work.searched.acquire();
  return nullptr;
}

// Counts 8-byte words of the key in the stack of a thread that has sealed and opened.
std::size_t words_left(const Work& work, BytesView stack) {
  std::size_t found = 0;
  for (std::size_t word = 0; word < work.kek.size(); word += 8)
    for (std::size_t at = 0; at + 8 <= stack.size(); ++at)
      found += std::memcmp(stack.data() + at, work.kek.data() + word, 8) == 0;
  return found;
}

// Words of the key on the stack of a thread that has sealed and opened.
std::size_t words_left_by_a_request(bool leave_a_copy) {
  Work work;
  work.leave_a_copy = leave_a_copy;
  for (std::size_t i = 0; i < 32; ++i) work.kek[i] = static_cast<Byte>(0x91 + 5 * i);
  void* stack = ::mmap(nullptr, k_stack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) std::abort();
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, k_stack);
  pthread_t thread{};
  if (pthread_create(&thread, &attributes, run, &work) != 0) std::abort();
  work.done.acquire();
  EXPECT_EQ(work.fields.size(), 1u);
  const std::size_t left = words_left(work, {static_cast<const Byte*>(stack), k_stack});
  work.searched.release();
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  ::munmap(stack, k_stack);
  return left;
}

TEST(Stack, KeepsNoKeyAfterARequest) {
#if defined(STRONGROOM_UNDER_SANITIZER)
  GTEST_SKIP() << "sanitizers lay stacks out differently";
#endif
  EXPECT_GE(words_left_by_a_request(true), 4u) << "the search finds a key that lies there";
  EXPECT_EQ(words_left_by_a_request(false), 0u);
}

}  // namespace
}  // namespace strongroom::vault
