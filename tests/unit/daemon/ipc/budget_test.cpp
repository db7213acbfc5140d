#include "daemon/ipc/budget.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace strongroom::ipc {
namespace {

class Shares : public testing::Test {
 protected:
  std::unique_ptr<Budget::Holder> holder(char name) {
    return std::make_unique<Budget::Holder>(budget_, [this, name] { evicted_ += name; });
  }

  Budget budget_{100};
  std::string evicted_;
};

TEST_F(Shares, NobodyIsAskedUpToTheLimit) {
  const auto a = holder('a');
  const auto b = holder('b');
  a->add(60);
  b->add(40);
  EXPECT_EQ(budget_.used(), 100u);
  EXPECT_EQ(evicted_, "");
}

TEST_F(Shares, TheOneWithoutProgressForLongestIsAskedFirst) {
  const auto a = holder('a');
  const auto b = holder('b');
  const auto c = holder('c');
  a->add(40);
  b->add(40);
  a->touch();
  c->add(30);
  EXPECT_EQ(evicted_, "b");
  EXPECT_EQ(budget_.used(), 70u);
}

TEST_F(Shares, AsManyAreAskedAsItTakes) {
  const auto a = holder('a');
  const auto b = holder('b');
  const auto c = holder('c');
  a->add(30);
  b->add(30);
  c->add(90);
  EXPECT_EQ(evicted_, "ab");
  EXPECT_EQ(budget_.used(), 90u);
}

TEST_F(Shares, WhoIsAskedNoLongerCountsAndIsAskedOnce) {
  const auto a = holder('a');
  const auto b = holder('b');
  a->add(101);
  EXPECT_EQ(evicted_, "a");
  a->add(1000);
  a->touch();
  a->remove(1000);
  b->add(100);
  EXPECT_EQ(evicted_, "a");
  EXPECT_EQ(budget_.used(), 100u);
}

TEST_F(Shares, WhatIsGivenBackOrGoesAwayIsFree) {
  auto a = holder('a');
  a->add(50);
  a->remove(50);
  EXPECT_EQ(budget_.used(), 0u);
  a->add(80);
  a.reset();
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(Shares, ALowerLimitCountsAtOnce) {
  const auto a = holder('a');
  a->add(80);
  budget_.set_limit(50);
  EXPECT_EQ(evicted_, "a");
}

}  // namespace
}  // namespace strongroom::ipc
