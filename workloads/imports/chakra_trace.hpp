// SPDX-License-Identifier: Apache-2.0
// Chakra trace: the execution trace of one NPU in plain values, read from and written to the protobuf form.
//
// A file is a sequence of messages, each behind its length as a varint: GlobalMetadata, then Nodes. Integers of attributes come in
// every width that protobuf has and are one kind here. Units: duration in microseconds, sizes in bytes. Source: MLCommons Chakra,
// schema/protobuf/et_def.proto; the field numbers stand in chakra_et.proto. LIMITATIONS: traces in JSON, and compressed ones, are
// refused; start times, outputs, shapes and list attributes other than of booleans are skipped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/input_text.hpp"

namespace eastwest {

struct ChakraAttribute {
  std::string name;
  std::variant<std::monostate, std::int64_t, double, bool, std::string, std::vector<bool>> value;
};

struct ChakraNode {
  enum Type : std::int32_t { invalid, metadata, memory_load, memory_store, compute, send, receive, collective };
  std::uint64_t id = 0;
  std::string name;
  std::int32_t type = invalid;
  std::vector<std::uint64_t> dependencies;  // control, then data
  std::uint64_t duration_micros = 0;
  std::string inputs;
  std::vector<ChakraAttribute> attributes;

  [[nodiscard]] const ChakraAttribute* find(std::string_view attribute) const;
  /// Of any integer kind, or a boolean; nothing when it is missing or something else.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view attribute) const;
};

struct ChakraTrace {
  std::string version;
  std::vector<ChakraAttribute> attributes;
  std::vector<ChakraNode> nodes;
};

/// Mistakes go to `errors`, with the number of the message and the byte where it begins.
ChakraTrace read_chakra(std::string_view bytes, InputErrors& errors);
std::string write_chakra(const ChakraTrace& trace);

}  // namespace eastwest
