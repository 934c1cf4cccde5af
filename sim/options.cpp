// SPDX-License-Identifier: Apache-2.0
#include "sim/options.hpp"

#include "core/check.hpp"
#include "sim/packet/transports/transport_kind.hpp"
#include "topology/plant/loss_effects.hpp"

namespace eastwest {

namespace {

constexpr std::string_view kRoce = "RoCEv2 over IPv4: Ethernet 14 + FCS 4 + IPv4 20 + UDP 8 + BTH 12 + ICRC 4";
constexpr std::string_view kHpcc = "configuration published with HPCC (SIGCOMM 2019), ns-3 code";
constexpr std::string_view kPfc = "IEEE 802.1Qbb";
constexpr auto quantity = ParameterType::quantity;

std::string_view transport_choices() {
  static const std::string kChoices = [] {
    std::string text;
    for (const TransportKind* kind : transport_kinds())
      if (transport_offered(*kind)) text += (text.empty() ? "" : ", ") + std::string(kind->name);
    return text;
  }();
  return kChoices;
}

}  // namespace

std::vector<ParameterSpec> network_parameters() {
  using enum Dimension;
  std::vector<ParameterSpec> specs = {
      {"transport", ParameterType::choice, none, "dcqcn", 0, 0, "congestion control at the senders", "DCQCN, SIGCOMM 2015",
       transport_choices()},
      {"routing", ParameterType::choice, none, "automatic", 0, 0,
       "how a switch picks among equal paths: automatic is what the transport is made for, ecmp unless its description says otherwise",
       "IEEE 802.1Qbp; flowlet: LetFlow, NSDI 2017; static: D-mod-K, Zahavi 2010", "automatic, ecmp, spray, adaptive, flowlet, static"},
      {"paths", ParameterType::choice, none, "automatic", 0, 0,
       "which paths there are: shortest is every shortest one; minimal, valiant and ugal as the structure of a dragonfly or torus has it, "
       "with "
       "virtual channels against deadlock; up_down is free of deadlock anywhere; automatic: minimal on dragonfly and torus, else shortest",
       "ISCA 2008 (dragonfly); Valiant 1982; Autonet 1991", "automatic, shortest, minimal, valiant, ugal, up_down"},
      {"weighted_paths", ParameterType::boolean, none, "true", 0, 1,
       "next hops are chosen as often as the capacity behind them says; false: equally often", "WCMP, EuroSys 2014"},
      {"hash_fields", ParameterType::choice, none, "all", 0, 0,
       "what hashing switches look at: all is addresses and queue pair (the UDP source port of RoCEv2)", "IEEE 802.1Qbp; vendor practice",
       "all, addresses, source, destination"},
      {"hash_per_switch", ParameterType::boolean, none, "true", 0, 1,
       "each switch has a hash of its own; false: all have the same, and tiers repeat each other's choices (polarisation)",
       "vendor practice"},
      {"flowlet_gap", quantity, time, "100 us", 1e3, 1e12, "silence of a flow at a switch after which its next burst may go elsewhere",
       "LetFlow, NSDI 2017: 100 us to 500 us"},
      {"ugal_bias", quantity, bytes, "0 B", 0, 1e12,
       "ugal: what queue x hops of the minimal path may have more before a packet goes around", "UGAL-L, ISCA 2008"},
      {"recovery", ParameterType::choice, none, "automatic", 0, 0,
       "what a receiver does with a gap: automatic is what the transport is made for with ecmp, selective_repeat otherwise",
       "InfiniBand RC; ConnectX-6 Dx and later", "automatic, go_back_n, selective_repeat"},
      {"mtu", quantity, bytes, "4096 B", 64, 16384, "payload of a full packet", "InfiniBand and RoCE path MTU"},
      {"header", quantity, bytes, "62 B", 0, 1024, "headers of every packet, held in buffers", kRoce},
      {"gap", quantity, bytes, "20 B", 0, 256, "preamble and inter-frame gap: on the wire, not in buffers", "IEEE 802.3"},
      {"ack_size", quantity, bytes, "66 B", 1, 1024, "an acknowledgement or notification in buffers", "RoCEv2 headers 62 + AETH 4"},
      {"ack_every", quantity, none, "0", 0, 1024,
       "packets per acknowledgement; the last of a message is always acknowledged; 0: 4, or 1 where the transport needs every packet's",
       "typical 4 to 16"},
      {"qps_per_connection", quantity, none, "0", 0, 64,
       "queue pairs between two ranks; messages take them in turn; 0: one for each port of the sender's NIC", "NCCL_IB_QPS_PER_CONNECTION"},
      {"window", quantity, bytes, "0 B", 0, 1e12,
       "bytes in flight per queue pair, at first or for ever as the transport has it; 0 B: unlimited with dcqcn, one bandwidth-delay "
       "product with window",
       "RoCE has none; HPCC's window is one BDP"},
      {"reorder_window", quantity, none, "1024", 64, 65536, "packets beyond the first gap that a selective-repeat receiver keeps",
       "UEC and vendor NICs: hundreds to thousands"},
      {"reorder_threshold", quantity, none, "0", 0, 65536,
       "packets that may overtake before a gap counts as loss; 0: 1 with ecmp, half the reorder window otherwise",
       "TCP uses 3; sprayed fabrics need the path skew"},
      {"retransmit_timeout", quantity, time, "67108864 ns", 1e6, 1e14, "silence after which a sender starts again",
       "InfiniBand: 4.096 us x 2^14"},
      {"timeout_exponent", quantity, none, "0", 0, 31,
       "T of InfiniBand and RoCE in place of retransmit_timeout: 4.096 us x 2^T; 20 is 4.29 s, NCCL's default; 0: retransmit_timeout holds",
       "InfiniBand Architecture vol. 1 (local ACK timeout); NCCL_IB_TIMEOUT"},
      {"retry_count", quantity, none, "7", 0, 255, "timeouts in a row after which a queue pair gives up", "NCCL_IB_RETRY_CNT"},
      {"scale_up_chunk", quantity, bytes, "1 MiB", 1024, 1e12, "granularity at which transfers share a scale-up port",
       "chosen: NCCL slices are 512 KiB to 1 MiB"},
      {"pfc", ParameterType::boolean, none, "true", 0, 1, "priority flow control: the data classes never drop for lack of room", kPfc},
      {"credits", ParameterType::boolean, none, "false", 0, 1,
       "link credits in place of PFC: a data frame leaves when the next switch has room for it", "InfiniBand Architecture vol. 1, 7.9"},
      {"credit_buffer", quantity, bytes, "0 B", 0, 1e9,
       "credits: room per ingress port and priority; 0 B: the switch's buffer divided among them", "InfiniBand Architecture vol. 1, 7.9"},
      {"ecn", ParameterType::boolean, none, "true", 0, 1, "switches mark packets by queue length", "RFC 3168; RED marking as in DCQCN"},
      {"buffer", quantity, bytes, "0 B", 0, 1e12, "packet memory of every switch; 0 B: from the catalogue", "catalogue"},
      {"buffer_alpha", ParameterType::real, none, "0.125", 1e-4, 64,
       "dynamic threshold: share of the free shared buffer that one queue may take", kHpcc},
      {"buffer_reserve", quantity, bytes, "4096 B", 0, 1e9, "guaranteed per ingress port and class", kHpcc},
      {"headroom", quantity, bytes, "0 B", 0, 1e9,
       "per ingress port and class for what arrives after a pause; 0 B: from the length of the cable", kPfc},
      {"pfc_response", quantity, time, "0 ns", 0, 1e9, "a sender's time from pause frame to silence; 0 ns: 60 quanta of 512 bit times",
       kPfc},
      {"pfc_resume_offset", quantity, bytes, "3072 B", 0, 1e9, "how far a queue falls below the threshold before it resumes", kHpcc},
      {"pfc_watchdog", quantity, time, "1 ms", 1e3, 1e14, "a link that is stopped for so long at a stretch is reported as a pause storm",
       "chosen; PFC watchdogs of switches act after 100 ms to 400 ms"},
      {"ecn_min", quantity, bytes, "100 kB", 0, 1e12, "queue from which packets are marked, at the reference rate", kHpcc},
      {"ecn_max", quantity, bytes, "400 kB", 1, 1e12, "queue from which all packets are marked, at the reference rate", kHpcc},
      {"ecn_probability", ParameterType::real, none, "0.2", 0, 1, "marking probability just below ecn_max", kHpcc},
      {"ecn_reference_rate", quantity, rate, "25 Gb/s", 1e6, 1e14, "port rate for which ecn_min and ecn_max hold; they scale with the rate",
       kHpcc},
      {"reroute_delay", quantity, time, "1 ms", 0, 1e13, "from a fault until switches use new next hops",
       "chosen: fast local repair to BGP convergence is 0.1 to 100 ms"},
      {"reroute", ParameterType::boolean, none, "true", 0, 0,
       "switches use new next hops after a fault; false: what was on its way there is lost for as long as it lasts", "eastwest"},
  };
  for (const TransportKind* kind : transport_kinds()) {
    if (!transport_offered(*kind)) continue;
    for (const ParameterSpec& spec : kind->parameters()) specs.push_back(spec);
  }
  return specs;
}

NetworkOptions network_options(const ParameterSet& p) {
  NetworkOptions o;
  const TransportKind* transport = find_transport_kind(p.text("transport"));
  EASTWEST_CHECK(transport != nullptr, "a transport of the choices is not registered");
  o.transport = transport->name;
  const std::string& routing = p.text("routing");
  o.routing = routing == "ecmp"       ? RoutingPolicy::ecmp
              : routing == "spray"    ? RoutingPolicy::spray
              : routing == "adaptive" ? RoutingPolicy::adaptive
              : routing == "flowlet"  ? RoutingPolicy::flowlet
              : routing == "static"   ? RoutingPolicy::static_paths
                                      : transport->routing;
  const std::string& recovery = p.text("recovery");
  const std::string& paths = p.text("paths");
  o.paths = paths == "shortest"  ? PathRule::shortest
            : paths == "minimal" ? PathRule::minimal
            : paths == "valiant" ? PathRule::valiant
            : paths == "ugal"    ? PathRule::ugal
            : paths == "up_down" ? PathRule::up_down
                                 : PathRule::automatic;
  o.weighted_paths = p.boolean("weighted_paths");
  const std::string& fields = p.text("hash_fields");
  o.hash_fields = fields == "addresses"     ? HashFields::addresses
                  : fields == "source"      ? HashFields::source
                  : fields == "destination" ? HashFields::destination
                                            : HashFields::all;
  o.hash_per_switch = p.boolean("hash_per_switch");
  o.flowlet_gap = p.duration("flowlet_gap");
  o.ugal_bias = p.bytes("ugal_bias");
  // UGAL decides packet by packet, so it reorders whatever the policy does.
  const bool in_order = o.routing != RoutingPolicy::spray && o.routing != RoutingPolicy::adaptive && o.paths != PathRule::ugal;
  o.recovery = recovery == "go_back_n"          ? Recovery::go_back_n
               : recovery == "selective_repeat" ? Recovery::selective_repeat
               : in_order                       ? transport->recovery
                                                : Recovery::selective_repeat;
  o.mtu = p.bytes("mtu");
  o.header = p.bytes("header");
  o.gap = p.bytes("gap");
  o.ack_size = p.bytes("ack_size");
  o.ack_every = p.integer("ack_every");
  if (o.ack_every == 0) o.ack_every = (transport->needs & kSignalEveryPacket) != 0 ? 1 : 4;
  o.qps_per_connection = p.integer("qps_per_connection");
  o.window = p.bytes("window");
  o.reorder_window = p.integer("reorder_window");
  o.reorder_threshold = p.integer("reorder_threshold");
  if (o.reorder_threshold == 0) o.reorder_threshold = in_order ? 1 : o.reorder_window / 2;
  o.retransmit_timeout = p.duration("retransmit_timeout");
  if (const std::int64_t exponent = p.integer("timeout_exponent"); exponent != 0)
    o.retransmit_timeout = retransmission_timeout(static_cast<std::uint32_t>(exponent));
  o.retry_count = p.integer("retry_count");
  o.scale_up_chunk = p.bytes("scale_up_chunk");
  o.credits = p.boolean("credits");
  o.pfc = p.boolean("pfc") && !o.credits;
  o.credit_buffer = p.bytes("credit_buffer");
  o.ecn = p.boolean("ecn");
  o.buffer = p.bytes("buffer");
  o.buffer_alpha = p.real("buffer_alpha");
  o.buffer_reserve = p.bytes("buffer_reserve");
  o.headroom = p.bytes("headroom");
  o.pfc_response = p.duration("pfc_response");
  o.pfc_resume_offset = p.bytes("pfc_resume_offset");
  o.pfc_watchdog = p.duration("pfc_watchdog");
  o.ecn_min = p.bytes("ecn_min");
  o.ecn_max = p.bytes("ecn_max");
  o.ecn_probability = p.real("ecn_probability");
  o.ecn_reference_rate = p.rate("ecn_reference_rate");
  o.reroute_delay = p.duration("reroute_delay");
  if (!p.boolean("reroute")) o.reroute_delay = Duration{kTimeNever.ps};  // route_versions makes no others then
  transport->configure(p, o);
  return o;
}

std::vector<ParameterSpec> probe_parameters() {
  using enum Dimension;
  return {
      {"interval", quantity, time, "100 us", 1e3, 1e15, "length of one row of link figures; doubles after every rows_max rows", "chosen"},
      {"rows_max", quantity, none, "10000", 16, 1e7, "link rows after which the interval doubles, so that a trace stays bounded", "chosen"},
      {"packet_sample", quantity, none, "0", 0, 1e12, "record every n-th packet that a host receives; 0: none", "chosen"},
      {"flows", ParameterType::boolean, none, "true", 0, 1, "record one row per message", "chosen"},
  };
}

ProbeOptions probe_options(const ParameterSet& p) {
  ProbeOptions o;
  o.interval = p.duration("interval");
  o.rows_max = p.integer("rows_max");
  o.packet_sample = p.integer("packet_sample");
  o.flows = p.boolean("flows");
  return o;
}

}  // namespace eastwest
