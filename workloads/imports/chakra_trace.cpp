// SPDX-License-Identifier: Apache-2.0
#include "workloads/imports/chakra_trace.hpp"

namespace eastwest {

const ChakraAttribute* ChakraNode::find(std::string_view attribute) const {
  for (const ChakraAttribute& candidate : attributes)
    if (candidate.name == attribute) return &candidate;
  return nullptr;
}

std::optional<std::int64_t> ChakraNode::integer(std::string_view attribute) const {
  const ChakraAttribute* found = find(attribute);
  if (found == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<std::int64_t>(&found->value)) return *value;
  if (const auto* flag = std::get_if<bool>(&found->value)) return *flag ? 1 : 0;
  return std::nullopt;
}

}  // namespace eastwest
