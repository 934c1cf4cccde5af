// SPDX-License-Identifier: Apache-2.0
// Topology kind `simai_topology`: the fabric of a SimAI or HPCC (ns-3) topology file.
//
// SimAI: GPUs are the nodes that are no switch, servers are consecutive blocks of them. A server's NVSwitches become its
// scale-up domain: rate of a GPU = the sum of its links to them, latency = two such links. A GPU's other links are the ports of
// its NIC, in the order of the file (dual-plane fabrics: the first is plane 0). HPCC: every node that is no switch is a host of
// its own. Nodes keep their ids in their names; a switch's tier is one more than its distance to the nearest host's.
// Source: see link_file.hpp. LIMITATIONS: links between GPUs, and NVSwitches that join servers or meet other switches, are refused.
#include <algorithm>
#include <string>

#include "topology/imports/import_settings.hpp"
#include "topology/imports/link_file.hpp"

namespace eastwest {

namespace {

using Role = LinkFile::Role;

std::vector<ParameterSpec> parameters_of_simai() {
  std::vector<ParameterSpec> list;
  append_import_parameters(list, "Topology file of SimAI or HPCC, relative to the scenario.");
  list.push_back({"gpu",
                  ParameterType::text,
                  Dimension::none,
                  "automatic",
                  0,
                  0,
                  "GPU of the catalogue for jobs that compute; automatic: as the file says; none: no GPU.",
                  "the file's header",
                  {}});
  list.push_back({"check_counts",
                  ParameterType::boolean,
                  Dimension::none,
                  "true",
                  0,
                  0,
                  "Whether a number of links that differs from the header's is an error, not a warning.",
                  "generators of SimAI before 2025 got it wrong",
                  {}});
  return list;
}

class SimaiBuild {
 public:
  SimaiBuild(const LinkFile& file, const ImportSettings& settings, InputErrors& errors)
      : file_(file), settings_(settings), errors_(errors) {}

  Fabric build(std::string_view topology) {
    number_endpoints();
    sort_links();
    if (errors_.any()) return {};
    FabricAssembly assembly(topology);
    assembly.racks().push_back({"A01", 0, 0});
    std::vector<NodeId> node_of(file_.roles.size());
    for (std::uint32_t first = 0; first < gpus_.size(); first += block_) {
      const HostSettings host = server(first);
      const NodeId id = assembly.add_host(block_ > 1 ? server_name(first / block_, static_cast<std::uint32_t>(gpus_.size()) / block_)
                                                     : "host-" + std::to_string(gpus_[first]),
                                          0, host);
      for (std::uint32_t i = first; i < first + block_; ++i) node_of[gpus_[i]] = id;
    }
    const std::vector<std::uint8_t> tiers = switch_tiers();
    for (std::uint32_t id = 0; id < file_.roles.size(); ++id)
      if (file_.roles[id] == Role::network_switch)
        node_of[id] = assembly.add_switch("switch-" + std::to_string(id), tiers[id], 0, settings_.unit);
    if (errors_.any()) return {};
    for (const std::vector<std::uint32_t>& ports : nic_links_)
      for (const std::uint32_t l : ports) connect(assembly, node_of, file_.links[l]);
    for (const std::uint32_t l : switch_links_) connect(assembly, node_of, file_.links[l]);
    return std::move(assembly).finish();
  }

 private:
  static void connect(FabricAssembly& assembly, const std::vector<NodeId>& node_of, const LinkFile::Link& link) {
    connect_with_delay(assembly, node_of[link.a], node_of[link.b], link.rate, link.delay, link.loss);
  }

  void number_endpoints() {
    number_of_.assign(file_.roles.size(), 0);
    bool nvswitches = false;
    for (std::uint32_t id = 0; id < file_.roles.size(); ++id) {
      nvswitches = nvswitches || file_.roles[id] == Role::nvswitch;
      if (file_.roles[id] != Role::endpoint) continue;
      number_of_[id] = static_cast<std::uint32_t>(gpus_.size());
      gpus_.push_back(id);
    }
    block_ = nvswitches ? file_.gpus_per_server : 1;  // without NVSwitch the GPUs of a server meet in the network
    if (gpus_.size() % block_ != 0)
      errors_.error(1, 1, std::to_string(gpus_.size()) + " GPUs do not make servers of " + std::to_string(block_),
                    "correct the header: nodes less all switches is the number of GPUs");
    nic_links_.resize(gpus_.size());
    scale_up_links_.resize(gpus_.size());
  }

  void sort_links() {
    std::vector<std::uint32_t> server_of(file_.roles.size(), 0xffff'ffffu);  // of NVSwitches
    for (std::uint32_t l = 0; l < file_.links.size(); ++l) {
      const LinkFile::Link& link = file_.links[l];
      const auto [low, high] = file_.roles[link.a] <= file_.roles[link.b] ? std::pair(link.a, link.b) : std::pair(link.b, link.a);
      if (file_.roles[low] == Role::endpoint && file_.roles[high] == Role::endpoint) {
        errors_.error(link.at, "nodes " + std::to_string(low) + " and " + std::to_string(high) + " are joined directly, without a switch",
                      "put a switch between them: hosts do not forward");
      } else if (file_.roles[low] == Role::endpoint && file_.roles[high] == Role::nvswitch) {
        const std::uint32_t server = number_of_[low] / block_;
        if (server_of[high] != 0xffff'ffffu && server_of[high] != server)
          errors_.error(link.at, "NVSwitch " + std::to_string(high) + " joins GPUs of two servers",
                        "raise `gpus_per_server` in the header so that they are one, or make it a switch of the network");
        server_of[high] = server;
        scale_up_links_[number_of_[low]].push_back(l);
      } else if (file_.roles[low] == Role::endpoint) {
        nic_links_[number_of_[low]].push_back(l);
      } else if (file_.roles[low] == Role::nvswitch || file_.roles[high] == Role::nvswitch) {
        errors_.error(link.at,
                      "NVSwitch " + std::to_string(file_.roles[low] == Role::nvswitch ? low : high) + " is joined to another switch",
                      "leave the link out: scale-up domains and the network meet in the GPUs");
      } else {
        switch_links_.push_back(l);
      }
    }
    for (std::size_t i = 0; i < gpus_.size() && !errors_.full(); ++i) {
      if (nic_links_[i].empty())
        errors_.error(0, 0, "node " + std::to_string(gpus_[i]) + " has no link to a switch of the network",
                      "every GPU or host needs a NIC port");
      else if (nic_links_[i].size() != nic_links_[i / block_ * block_].size())
        errors_.error(0, 0,
                      "nodes " + std::to_string(gpus_[i]) + " and " + std::to_string(gpus_[i / block_ * block_]) +
                          " of one server have different numbers of links to the network",
                      "give all NICs of a server the same number of ports");
    }
  }

  /// The GPUs from number `first` on, and what their NVSwitches make of them.
  HostSettings server(std::uint32_t first) {
    HostSettings host = settings_.host;
    host.gpu_count = block_;
    host.nics = block_;
    host.nic_ports = static_cast<std::uint32_t>(nic_links_[first].size());
    for (std::uint32_t i = first; i < first + block_ && block_ > 1; ++i) {
      BitRate rate;
      Duration latency;
      for (const std::uint32_t l : scale_up_links_[i]) {
        rate.bits_per_second += file_.links[l].rate.bits_per_second;
        latency = std::max(latency, file_.links[l].delay * 2);
      }
      if (i > first && (rate != host.scale_up_rate || latency != host.scale_up_latency))
        errors_.error(0, 0,
                      "nodes " + std::to_string(gpus_[i]) + " and " + std::to_string(gpus_[first]) +
                          " of one server have different links to their NVSwitches",
                      "give all GPUs of a server the same");
      host.scale_up_rate = rate;
      host.scale_up_latency = latency;
    }
    if (host.scale_up_rate.bits_per_second == 0)
      errors_.error(0, 0, "node " + std::to_string(gpus_[first]) + " has no link to an NVSwitch", "every GPU of a server needs one");
    return host;
  }

  std::vector<std::uint8_t> switch_tiers() const {
    std::vector<std::uint8_t> tier(file_.roles.size(), 0);
    std::vector<std::uint32_t> front;
    const auto reach = [&](std::uint32_t id, std::uint8_t level, std::vector<std::uint32_t>& next) {
      if (file_.roles[id] != Role::network_switch || tier[id] != 0) return;
      tier[id] = level;
      next.push_back(id);
    };
    for (const auto& ports : nic_links_)
      for (const std::uint32_t l : ports) {
        reach(file_.links[l].a, 1, front);
        reach(file_.links[l].b, 1, front);
      }
    std::vector<std::vector<std::uint32_t>> neighbours(file_.roles.size());
    for (const std::uint32_t l : switch_links_) {
      neighbours[file_.links[l].a].push_back(file_.links[l].b);
      neighbours[file_.links[l].b].push_back(file_.links[l].a);
    }
    for (std::uint8_t level = 2; !front.empty(); level = static_cast<std::uint8_t>(std::min(level + 1, 255))) {
      std::vector<std::uint32_t> next;
      for (const std::uint32_t id : front)
        for (const std::uint32_t other : neighbours[id]) reach(other, level, next);
      front = std::move(next);
    }
    std::replace(tier.begin(), tier.end(), std::uint8_t{0}, std::uint8_t{1});
    return tier;
  }

  const LinkFile& file_;
  const ImportSettings& settings_;
  InputErrors& errors_;
  std::uint32_t block_ = 1;                                 // GPUs of a host
  std::vector<std::uint32_t> gpus_;                         // node id of each, ascending
  std::vector<std::uint32_t> number_of_;                    // per node id: index into gpus_
  std::vector<std::vector<std::uint32_t>> nic_links_;       // per GPU, into file_.links
  std::vector<std::vector<std::uint32_t>> scale_up_links_;  // per GPU
  std::vector<std::uint32_t> switch_links_;
};

/// The catalogue's GPU for what SimAI's header may say.
std::string_view catalogue_gpu(std::string_view type) {
  if (type == "A100" || type == "A800") return "a100-80";
  if (type == "H100" || type == "H800") return "h100-sxm";
  if (type == "H20") return "h20";
  return "";
}

void choose_gpu(const ParameterSet& parameters, const LinkFile& file, const Catalogue& catalogue, const Place& place, HostSettings& host,
                Diagnostics& diagnostics) {
  const std::string& wish = parameters.text("gpu");
  if (wish == "none") return;
  const std::string id = wish == "automatic" ? std::string(catalogue_gpu(file.gpu_type)) : wish;
  if (id.empty()) return;
  if (const GpuEntry* gpu = catalogue.find_gpu(id)) {
    host.gpu_model = gpu->model;
    return;
  }
  std::vector<std::string> known = ids_of(catalogue.gpus());
  known.insert(known.end(), {"automatic", "none"});
  diagnostics.error(place, "`gpu`: there is no GPU `" + id + "` in the catalogue",
                    name_remedy(id, known, "take `automatic`, `none` or an id of data/gpus.csv"));
}

Fabric build_simai(const ParameterSet& parameters, const ExplicitGraph&, const Catalogue& catalogue, const Place& place,
                   Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.error_count();
  const auto text = read_import(parameters, "a topology file of SimAI or HPCC", place, diagnostics);
  if (!text) return {};
  InputErrors errors(parameters.text("file"), *text, diagnostics);
  const LinkFile file = read_link_file(*text, parameters.boolean("check_counts"), errors);
  Fabric fabric;
  if (!errors.any()) {
    ImportSettings settings = import_settings(parameters);
    choose_gpu(parameters, file, catalogue, place, settings.host, diagnostics);
    fabric = SimaiBuild(file, settings, errors).build("simai_topology");
  }
  errors.finish();
  if (diagnostics.error_count() != before) return {};
  return fabric;
}

}  // namespace

extern const TopologyKind kind_topology_simai_topology;
const TopologyKind kind_topology_simai_topology = {
    "simai_topology",
    "The fabric of a topology file of SimAI or of HPCC's ns-3 simulator.",
    "Wang et al., SimAI, NSDI 2025; Li et al., HPCC, SIGCOMM 2019",
    parameters_of_simai,
    build_simai,
};

}  // namespace eastwest
