// Work on the pieces of a stream by a thread of its own, so that reading, hashing, sealing and writing of one stream go
// on beside each other.
#pragma once

#include <memory>

#include <strongroom/age/byte_taker.h>

namespace strongroom::backup {

// Takes pieces from one thread and hands them to `take` in their order on another one, which ends with this object. At
// most 1 MiB waits; it is wiped. Where no thread can be had, `take` is called by add().
class PieceWorker {
 public:
  explicit PieceWorker(age::ByteTaker take);
  // What waits is dropped; what is being taken is awaited.
  ~PieceWorker();

  PieceWorker(const PieceWorker&) = delete;
  PieceWorker& operator=(const PieceWorker&) = delete;

  // Copies `bytes`, and waits while too much waits. Errors: those of `take` for an earlier piece; after one nothing
  // more is taken, and the calls say so: at the latest with the next slot of 128 KiB, or finish().
  Status add(BytesView bytes);

  // All of it has been taken. More may be added afterwards. Errors: as add().
  Status finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace strongroom::backup
