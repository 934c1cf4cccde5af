// SPDX-License-Identifier: Apache-2.0
// Options of a simulation: every constant of the network model, faults and probes, as plain values.
//
// `network_parameters()` declares them once for validation, help and schema; `network_options` turns a ParameterSet
// into the struct that the engines read. Units: core/quantity.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/id.hpp"
#include "core/parameter.hpp"
#include "core/quantity.hpp"

namespace eastwest {

enum class Fidelity : std::uint8_t { packet, flow };
/// How a switch picks among the next hops that the path rule allows.
enum class RoutingPolicy : std::uint8_t {
  ecmp,          // by hash of the queue pair
  spray,         // by hash of the packet
  adaptive,      // least queued, packet by packet
  flowlet,       // a burst stays together; after a gap the next one may go elsewhere (LetFlow)
  static_paths,  // by the destination's number (D-mod-K)
};
/// Which paths there are; RoutingRule of topology/routing.hpp, or what suits the fabric.
enum class PathRule : std::uint8_t { automatic, shortest, minimal, valiant, ugal, up_down };
/// What hashing switches look at.
enum class HashFields : std::uint8_t { all, addresses, source, destination };
enum class Recovery : std::uint8_t { go_back_n, selective_repeat };

/// A transport's own constants, read once from its parameters. Each file in packet/transports/ has a struct of plain numbers for them;
/// the same file puts it in and takes it out.
class TransportConstants {
 public:
  template <class Constants>
  void put(const Constants& constants) {
    static_assert(sizeof(Constants) <= kSize && alignof(Constants) <= 8 && std::is_trivially_copyable_v<Constants>);
    std::memcpy(bytes_, &constants, sizeof constants);
  }
  template <class Constants>
  [[nodiscard]] const Constants& as() const {
    static_assert(sizeof(Constants) <= kSize && alignof(Constants) <= 8 && std::is_trivially_copyable_v<Constants>);
    return *std::launder(reinterpret_cast<const Constants*>(bytes_));
  }

 private:
  static constexpr std::size_t kSize = 192;
  alignas(8) std::byte bytes_[kSize] = {};
};

struct NetworkOptions {
  std::string_view transport = "dcqcn";  // name of a TransportKind; it outlives everything
  RoutingPolicy routing = RoutingPolicy::ecmp;
  PathRule paths = PathRule::automatic;
  bool weighted_paths = true;  // next hops by the capacity behind them
  HashFields hash_fields = HashFields::all;
  bool hash_per_switch = true;        // a salt of its own at each
  Duration flowlet_gap{100'000'000};  // silence after which a burst may go elsewhere
  Bytes ugal_bias;                    // what the minimal path may have more, queue x hops
  Recovery recovery = Recovery::go_back_n;
  Bytes mtu;                            // payload of a full packet
  Bytes header;                         // per packet in buffers
  Bytes gap;                            // preamble and inter-frame gap: on the wire, not in buffers
  Bytes ack_size;                       // control packet in buffers
  std::int64_t ack_every = 4;           // packets per acknowledgement
  std::int64_t qps_per_connection = 0;  // 0: one per port of the NIC
  Bytes window;                         // bytes in flight per QP; 0: unlimited (dcqcn) or 1 BDP (window)
  std::int64_t reorder_window = 1024;   // packets a selective-repeat receiver tracks
  std::int64_t reorder_threshold = 1;   // packets that may overtake before a gap counts as loss
  Duration retransmit_timeout;
  std::int64_t retry_count = 7;  // timeouts in a row after which a QP gives up
  Bytes scale_up_chunk;
  bool pfc = true;
  bool credits = false;  // InfiniBand's link credits; then pfc is false
  Bytes credit_buffer;   // per ingress port and priority; 0: the switch's buffer divided among them
  bool ecn = true;
  Bytes buffer;                 // per switch; 0: from the catalogue
  double buffer_alpha = 0.125;  // dynamic threshold as a share of the free shared buffer
  Bytes buffer_reserve;         // per ingress port and class
  Bytes headroom;               // per ingress port and class; 0: from cable length
  Duration pfc_response;        // 0: 60 quanta at the port's rate
  Bytes pfc_resume_offset;
  Duration pfc_watchdog{1'000'000'000};  // a link stopped for so long at a stretch is reported
  Bytes ecn_min;                         // at ecn_reference_rate; scales with port rate
  Bytes ecn_max;
  double ecn_probability = 0.2;
  BitRate ecn_reference_rate;
  Duration reroute_delay;             // from a fault to new next-hop tables
  Duration cnp_interval{50'000'000};  // at most one notification per queue pair in this time
  TransportConstants transport_constants;
};

enum class FaultKind : std::uint8_t {
  cable,     // goes down, or comes up
  receiver,  // the NIC at an end of the cable pauses its switch for good, or lets it go on: a NIC that has hung
  loss,      // the frame loss of one direction or both is another from then on
};

struct Fault {
  Time time;
  CableId cable;
  bool up = false;  // false: begins
  FaultKind kind = FaultKind::cable;
  std::array<double, 2> frame_loss = {kLossStays, kLossStays};  // loss: of the links that leave Cable::a and Cable::b, 0 to 1

  static constexpr double kLossStays = -1;
};

struct ProbeOptions {
  Duration interval;  // of link rows; doubles after every `rows_max` rows
  std::int64_t rows_max = 10'000;
  std::int64_t packet_sample = 0;  // record every n-th delivered packet; 0: none
  bool flows = true;               // one row per message
};

/// The parameters of `network:` in a scenario, including those of every transport on offer (`dcqcn.*`).
std::vector<ParameterSpec> network_parameters();
NetworkOptions network_options(const ParameterSet& parameters);
/// The parameters of `probes:`.
std::vector<ParameterSpec> probe_parameters();
ProbeOptions probe_options(const ParameterSet& parameters);

struct SimulationOptions {
  Fidelity fidelity = Fidelity::packet;
  NetworkOptions network;
  ProbeOptions probes;
  std::vector<Fault> faults;
  std::uint64_t seed = 1;
  Duration duration;     // no new work after it; 0: unlimited
  unsigned threads = 1;  // never changes a result
  unsigned domains = 0;  // 0: chosen from threads; never changes a result
};

}  // namespace eastwest
