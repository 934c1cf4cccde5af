// SPDX-License-Identifier: Apache-2.0
#include "workloads/collectives/tune_request.hpp"

#include <algorithm>

#include "workloads/collectives/plan_parts.hpp"
#include "workloads/collectives/protocol_cost.hpp"

namespace eastwest {

bool heeds(const CollectiveKind& kind, std::string_view option) { return kind.options.find(option) != std::string_view::npos; }

void tune(CollectiveRequest& request, const TuningChoice& choice, const Machine& machine, std::uint32_t slots) {
  constexpr std::uint64_t kMostMessages = 1u << 21;  // chunks are longer than NCCL's where they would make more
  const CollectiveKind& kind = *choice.kind;
  if (choice.protocol.empty()) {
    request.channels = std::max(request.channels, 1u);
    request.chunks = std::max(request.chunks, 1u);
    return;
  }
  request.protocol = protocol_cost(machine, kind, choice.protocol, request.bytes);
  if (request.channels == 0) request.channels = heeds(kind, "channels") ? channel_count(machine, choice, request.bytes) : 1;
  if (slots != 0) request.slots = slot_count(choice, slots);
  if (request.chunks != 0) return;
  request.chunks = 1;
  if (kind.chunks_per_loop == nullptr || !heeds(kind, "chunks")) return;
  const std::uint64_t loop = std::uint64_t{request.channels} * kind.chunks_per_loop(request) *
                             static_cast<std::uint64_t>(chunk_size(machine, choice, request.bytes).count);
  const std::uint64_t loops = (static_cast<std::uint64_t>(request.bytes.count) + loop - 1) / loop;
  const Result<CollectivePlan> one = kind.plan(request);  // its errors are reported when it is planned in full
  const std::uint64_t messages = one ? std::max<std::uint64_t>(one->steps.size() + one->fused.size(), 1) : 1;
  request.chunks = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(loops, 1, std::max<std::uint64_t>(kMostMessages / messages, 1)));
  request.chunks = std::min(request.chunks, kMaxLanes / (2 * request.channels));
}

}  // namespace eastwest
