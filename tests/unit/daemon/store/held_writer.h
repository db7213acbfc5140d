// Holds the writer thread inside a piece of work, so that a test decides what is queued together.
#pragma once

#include <future>

#include "daemon/store/store.h"

namespace strongroom::store {

class HeldWriter {
 public:
  // Returns when the writer is inside the piece.
  explicit HeldWriter(Store& store) {
    store.write(
        [this](WriteTransaction&) -> Status {
          entered_.set_value();
          released_.get_future().wait();
          return make_error(ErrorCode::cancelled, "only holds the writer");
        },
        [this](Status) { finished_.set_value(); });
    entered_.get_future().wait();
  }

  HeldWriter(const HeldWriter&) = delete;
  HeldWriter& operator=(const HeldWriter&) = delete;

  ~HeldWriter() {
    if (!let_go_) let_go();
    finished_.get_future().wait();
  }

  void let_go() {
    let_go_ = true;
    released_.set_value();
  }

 private:
  std::promise<void> entered_, released_, finished_;
  bool let_go_ = false;
};

}  // namespace strongroom::store
