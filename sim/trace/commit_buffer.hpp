// SPDX-License-Identifier: Apache-2.0
// Commit buffer: holds back what describes a growing HDF5 file, and gives it out in an order that is safe at every step.
//
// HDF5 rewrites its own structure in place, in several places for one change; a process that dies between two of these writes
// leaves an index that points to nothing. Held back until a checkpoint and written in this order, every prefix of the writes is a file
// that opens and reaches all rows of the checkpoint before:
//   1. the superblock, which allows a longer file;  2. blocks beyond the old end, to which nothing points yet;
//   3. index nodes ("TREE"), upper levels first: an upper node that already knows both halves of a lower one finds every old
//      entry, before and after the lower one gives its half away;  4. all else, such as the lengths of datasets.
// Units: bytes. Invariant: held ranges never overlap. Source: HDF5 File Format Specification 2.0, III.A (version 1 B-trees).
// LIMITATIONS: for growth only: a commit that moves or deletes existing structure is not covered (the writer does none while a
// run goes on); a write is taken to be whole, which a kill in the very copy of two pages can break.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace eastwest::hdf5 {

class CommitBuffer {
 public:
  struct Block {
    std::uint64_t address = 0;
    std::span<const std::byte> bytes;  // valid until the buffer changes
  };
  void put(std::uint64_t address, std::span<const std::byte> bytes);
  /// Copies what is held over `bytes`, which were read from the file at `address`.
  void overlay(std::uint64_t address, std::span<std::byte> bytes) const;
  /// All blocks in the order to write them, for a file whose committed part ends at `committed_end`.
  [[nodiscard]] std::vector<Block> ordered(std::uint64_t committed_end) const;
  [[nodiscard]] std::uint64_t end() const;  // of the last block; 0 when empty
  [[nodiscard]] bool empty() const { return blocks_.empty(); }
  void clear() { blocks_.clear(); }

 private:
  using Blocks = std::map<std::uint64_t, std::vector<std::byte>>;
  [[nodiscard]] Blocks::const_iterator first_touching(std::uint64_t address) const;
  Blocks blocks_;
};

}  // namespace eastwest::hdf5
