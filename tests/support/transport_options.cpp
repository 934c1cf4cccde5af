// SPDX-License-Identifier: Apache-2.0
#include "tests/support/transport_options.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace eastwest::tests {

const TransportKind& transport(std::string_view name) {
  const TransportKind* kind = find_transport_kind(name);
  REQUIRE(kind != nullptr);
  return *kind;
}

NetworkOptions transport_options(const TransportKind& kind, const std::vector<std::string>& changes) {
  std::vector<ParameterSpec> specs = network_parameters();
  if (!transport_offered(kind))
    for (const ParameterSpec& spec : kind.parameters()) specs.push_back(spec);
  ParameterSet set = ParameterSet::defaults(specs);
  set.set("transport", std::string(kind.name));
  for (const std::string& change : changes) {
    const std::size_t equals = change.find('=');
    const std::string name = change.substr(0, equals);
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const ParameterSpec& s) { return s.name == name; });
    REQUIRE_MESSAGE(spec != specs.end(), "no network parameter " << name);
    const Result<ParameterValue> value = parse_parameter(*spec, change.substr(equals + 1));
    REQUIRE_MESSAGE(value.has_value(), "bad value in " << change);
    set.set(name, *value);
  }
  return network_options(set);
}

}  // namespace eastwest::tests
