#include <strongroom/base/secret.h>

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <type_traits>

namespace strongroom {
namespace {

// Remembers what each block held when it came back.
class WatchedMemory final : public std::pmr::memory_resource {
 public:
  std::size_t blocks = 0;
  bool all_came_back_blank = true;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    ++blocks;
    return ::operator new(bytes, std::align_val_t{alignment});
  }

  void do_deallocate(void* p, std::size_t bytes, std::size_t alignment) override {
    --blocks;
    for (std::size_t i = 0; i < bytes; ++i)
      all_came_back_blank = all_came_back_blank && static_cast<const Byte*>(p)[i] == 0;
    ::operator delete(p, std::align_val_t{alignment});
  }

  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

template <class T>
concept Printable = requires(std::ostream& out, const T& v) { out << v; };

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string> && !std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_constructible_v<std::string, Secret> && !Printable<Secret>);

std::string text_of(const Secret& s) {
  return std::string(s.reveal_text(RevealReason::test));
}

TEST(Secret, IsWipedBeforeItsMemoryGoesBack) {
  WatchedMemory memory;
  {
    const Secret secret(as_bytes("a value"), &memory);
  }
  {
    Secret secret(as_bytes("a value"), &memory);
    secret.truncate(2);
    EXPECT_EQ(text_of(secret), "a ");
  }
  EXPECT_TRUE(memory.all_came_back_blank);
  EXPECT_EQ(memory.blocks, 0u);
}

TEST(Secret, MovingLeavesNothingBehind) {
  WatchedMemory memory;
  {
    Secret first(as_bytes("first"), &memory);
    Secret second = std::move(first);
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): the promise under test
    EXPECT_EQ(text_of(second), "first");
    Secret third(as_bytes("third"), &memory);
    third = std::move(second);
    EXPECT_EQ(text_of(third), "first");
  }
  EXPECT_TRUE(memory.all_came_back_blank);
  EXPECT_EQ(memory.blocks, 0u);
}

TEST(Secret, DroppingTheFrontWipesItAndMovesNothing) {
  WatchedMemory memory;
  {
    Secret secret(as_bytes("a value"), &memory);
    const Byte* data = secret.reveal(RevealReason::test).data();
    secret.drop_front(2);
    EXPECT_EQ(text_of(secret), "value");
    EXPECT_EQ(secret.reveal(RevealReason::test).data(), data + 2);
    EXPECT_EQ(data[0], 0);
    EXPECT_EQ(data[1], 0);
    secret.drop_front(9);
    EXPECT_TRUE(secret.empty());
  }
  EXPECT_TRUE(memory.all_came_back_blank);
  EXPECT_EQ(memory.blocks, 0u);
}

TEST(Secret, TruncatingWipesTheEnd) {
  Secret secret(as_bytes("a value"));
  const Byte* data = secret.reveal(RevealReason::test).data();
  secret.truncate(3);
  EXPECT_EQ(text_of(secret), "a v");
  for (std::size_t i = 3; i < 7; ++i) EXPECT_EQ(data[i], 0);
  secret.truncate(3);
  EXPECT_EQ(secret.size(), 3u);
  secret.truncate(0);
  EXPECT_TRUE(secret.empty());
}

TEST(Secret, OfASizeIsZeroAndWritable) {
  Secret secret = Secret::of_size(5);
  for (const Byte b : secret.reveal(RevealReason::test)) EXPECT_EQ(b, 0);
  secret.writable()[4] = 9;
  EXPECT_EQ(secret.reveal(RevealReason::test)[4], 9);
  EXPECT_TRUE(Secret::of_size(0).empty());
}

TEST(Secret, AClonesChangesAreItsOwn) {
  const Secret secret(as_bytes("value"));
  Secret copy = secret.clone();
  EXPECT_TRUE(copy == secret);
  copy.writable()[0] = 'x';
  EXPECT_FALSE(copy == secret);
  EXPECT_EQ(text_of(secret), "value");
}

TEST(Secret, EqualityLooksAtEveryByteAndTheLength) {
  const Bytes value(40, 7);
  for (std::size_t i = 0; i < value.size(); ++i) {
    Bytes other = value;
    other[i] = 8;
    EXPECT_FALSE(equal_in_constant_time(value, other)) << i;
  }
  EXPECT_TRUE(equal_in_constant_time(value, Bytes(value)));
  EXPECT_FALSE(equal_in_constant_time(value, BytesView(value).first(39)));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
}

}  // namespace
}  // namespace strongroom
