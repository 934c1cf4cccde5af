// SPDX-License-Identifier: Apache-2.0
// Topology kind `astra_network`: the analytical network of an ASTRA-sim `network.yml`, one host per NPU.
//
// NPU i has coordinate (i / npus of the inner dimensions) mod npus_count in a dimension; the NPUs that differ in that one alone
// form a ring, a full mesh, or hang on one switch. One dimension of type Switch is a star. Otherwise every NPU has a router of
// its own, reached without delay worth mentioning (1 ns) at the sum of its links' rates, since hosts do not forward; rings
// alone make a torus. A ring of 2 is one link, as in a torus. Routers and switches add no latency of their own: a path costs
// ASTRA's latency per link. LIMITATIONS: NPUs have no scale-up domain here; routers store and forward unless told otherwise.
#include <algorithm>
#include <string>

#include "topology/imports/astra_file.hpp"
#include "topology/imports/import_settings.hpp"

namespace eastwest {

namespace {

using Shape = AstraDimension::Shape;
constexpr Duration kRouterDelay{1'000};

std::vector<ParameterSpec> parameters_of_astra() {
  std::vector<ParameterSpec> list;
  append_import_parameters(list, "Analytical network of ASTRA-sim (`network.yml`), relative to the scenario.");
  return list;
}

class AstraBuild {
 public:
  AstraBuild(std::span<const AstraDimension> dimensions, const ImportSettings& settings)
      : dimensions_(dimensions),
        settings_(settings),
        torus_(is_torus()),
        assembly_("astra_network", torus_ ? Structure::torus : Structure::irregular) {}

  Fabric build() {
    assembly_.racks().push_back({"A01", 0, 0});
    for (const AstraDimension& dimension : dimensions_) npus_ *= dimension.npus;
    for (std::uint32_t i = 0; i < npus_; ++i) nodes_.push_back(assembly_.add_host("npu-" + std::to_string(i), 0, settings_.host));
    if (dimensions_.size() == 1 && dimensions_[0].shape == Shape::switched) {
      join_by_switch(0, 0, 1);
      return std::move(assembly_).finish();
    }
    add_routers();
    std::uint32_t stride = 1;
    for (std::size_t d = 0; d < dimensions_.size(); stride *= dimensions_[d++].npus)
      for (std::uint32_t i = 0; i < npus_; ++i)
        if (i / stride % dimensions_[d].npus == 0) join_group(d, i, stride);
    return std::move(assembly_).finish();
  }

 private:
  bool is_torus() const {
    return dimensions_.size() <= kTorusDimensionsMost && std::all_of(dimensions_.begin(), dimensions_.end(), [](const AstraDimension& d) {
             return d.shape == Shape::ring && d.npus <= 65'535;
           });
  }

  void add_routers() {
    BitRate rate;
    for (const AstraDimension& dimension : dimensions_) {
      const std::uint64_t links = dimension.shape == Shape::switched ? 1
                                  : dimension.shape == Shape::ring   ? std::min(dimension.npus - 1, 2u)
                                                                     : dimension.npus - 1;
      rate.bits_per_second += dimension.rate.bits_per_second * links;
    }
    for (std::uint32_t i = 0; i < npus_; ++i) {
      const NodeId router = assembly_.add_switch("router-" + std::to_string(i), 1, 0, settings_.unit);
      std::uint32_t rest = i;
      for (std::size_t d = 0; torus_ && d < dimensions_.size(); rest /= dimensions_[d++].npus)
        assembly_.unit(router).coordinate[d] = static_cast<std::uint16_t>(rest % dimensions_[d].npus);
      connect_with_delay(assembly_, nodes_[i], router, rate, kRouterDelay);
      nodes_[i] = router;
    }
    for (std::size_t d = 0; torus_ && d < dimensions_.size(); ++d)
      assembly_.extents().push_back(static_cast<std::uint16_t>(dimensions_[d].npus));
  }

  /// The NPUs first, first + stride, ... of dimension d.
  void join_group(std::size_t d, std::uint32_t first, std::uint32_t stride) {
    const AstraDimension& dimension = dimensions_[d];
    if (dimension.shape == Shape::switched) return join_by_switch(d, first, stride);
    const std::uint32_t n = dimension.npus;
    const auto join = [&](std::uint32_t a, std::uint32_t b) {
      connect_with_delay(assembly_, nodes_[first + a * stride], nodes_[first + b * stride], dimension.rate, dimension.latency);
    };
    const bool ring = dimension.shape == Shape::ring;
    for (std::uint32_t a = 0; a + 1 < n; ++a) {
      for (std::uint32_t b = a + 1; b < (ring ? a + 2 : n); ++b) join(a, b);
      if (ring && a == 0 && n > 2) join(0, n - 1);
    }
  }

  void join_by_switch(std::size_t d, std::uint32_t first, std::uint32_t stride) {
    const AstraDimension& dimension = dimensions_[d];
    const NodeId hub = assembly_.add_switch("switch-" + std::to_string(hubs_++), static_cast<std::uint8_t>(dimensions_.size() == 1 ? 1 : 2),
                                            0, settings_.unit);
    for (std::uint32_t a = 0; a < dimension.npus; ++a)
      connect_with_delay(assembly_, nodes_[first + a * stride], hub, dimension.rate, dimension.latency);
  }

  std::span<const AstraDimension> dimensions_;
  const ImportSettings& settings_;
  bool torus_;
  FabricAssembly assembly_;
  std::uint32_t npus_ = 1;
  std::uint32_t hubs_ = 0;
  std::vector<NodeId> nodes_;  // what the links of an NPU start at: itself, or its router
};

/// A full mesh of many NPUs has more cables than memory holds.
void check_size(std::span<const AstraDimension> dimensions, InputErrors& errors) {
  std::uint64_t npus = 1;
  std::uint64_t links_per_npu = 0;
  for (const AstraDimension& dimension : dimensions) {
    npus *= dimension.npus;
    links_per_npu += dimension.shape == Shape::fully_connected ? dimension.npus : 2;
  }
  if (npus * links_per_npu / 2 > kMostCables)
    errors.error(0, 0, "the network has more than " + std::to_string(kMostCables) + " cables", "lower `npus_count`");
}

Fabric build_astra(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue&, const Place& place, Diagnostics& diagnostics) {
  const auto text = read_import(parameters, "a `network.yml` of ASTRA-sim", place, diagnostics);
  if (!text) return {};
  InputErrors errors(parameters.text("file"), *text, diagnostics);
  const std::vector<AstraDimension> dimensions = read_astra_network(*text, errors);
  if (!errors.any()) check_size(dimensions, errors);
  errors.finish();
  if (errors.any()) return {};
  return AstraBuild(dimensions, import_settings(parameters)).build();
}

}  // namespace

extern const TopologyKind kind_topology_astra_network;
const TopologyKind kind_topology_astra_network = {
    "astra_network",
    "The analytical network of an ASTRA-sim `network.yml`: rings, full meshes and switches, one host per NPU.",
    "Won et al., ASTRA-sim 2.0, ISPASS 2023",
    parameters_of_astra,
    build_astra,
};

}  // namespace eastwest
