// Bytes that all connections together may hold of one kind. When they hold more, whoever has held longest without
// progress has to give its share back.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>

namespace strongroom::ipc {

// Thread-safe. Must outlive its holders.
class Budget {
 public:
  // One connection's share.
  class Holder {
   public:
    // `evict` is called at most once, on any thread, under the budget's lock: it may only post. From then on the share
    // no longer counts; its owner gives the memory back at once.
    Holder(Budget& budget, std::function<void()> evict) : budget_(budget), evict_(std::move(evict)) {}

    ~Holder();
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    void add(std::size_t bytes);
    // `bytes` were added before.
    void remove(std::size_t bytes);
    // There was progress: others are asked first.
    void touch();

   private:
    friend class Budget;

    Budget& budget_;
    std::function<void()> evict_;
    std::size_t bytes_ = 0;
    bool evicted_ = false;
    std::list<Holder*>::iterator place_;  // while bytes_ > 0 and not evicted
  };

  explicit Budget(std::size_t limit) : limit_(limit) {}

  void set_limit(std::size_t limit);
  // Bytes that count now.
  std::size_t used() const;

 private:
  void evict_over_limit();

  mutable std::mutex mutex_;
  std::size_t limit_;
  std::size_t used_ = 0;
  std::list<Holder*> holders_;  // who progressed last stands last
};

}  // namespace strongroom::ipc
