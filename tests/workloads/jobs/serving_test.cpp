// SPDX-License-Identifier: Apache-2.0
// Laws: the job takes instances, arrivals and memory from its parameters and says what does not add up, at its place.
#include <doctest/doctest.h>

#include <string>

#include "tests/support/driver_player.hpp"
#include "tests/support/gpu_fabric.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace eastwest;
using namespace eastwest::literals;
using namespace eastwest::tests;

namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

std::string only_message(const JobUse& use) {
  REQUIRE(use.diagnostics.all().size() == 1);
  CHECK(use.drivers.empty());
  CHECK(!use.diagnostics.all().front().remedy.empty());
  return use.diagnostics.all().front().message;
}

const std::string kTrace =
    "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:00:00.0000000,100,5\r\n2023-11-16 18:00:10.0000000,200,6\r\n2023-11-16 "
    "18:00:20.0000000,300,7\r\n";

}  // namespace

TEST_CASE("a trace beside the scenario is served, cut by number and duration and scaled in time") {
  const Fabric fabric = gpu_fabric(2, 8);
  const TemporaryDirectory directory;
  directory.write("trace.csv", kTrace);
  JobPlace place{.ranks = 16, .directory = directory.path().string()};
  const auto rows_of = [&](Values values) {
    values.insert(values.end(), {{"model", "llama-3.1-70b"}, {"decode_instances", "1"}, {"arrivals.trace", "trace.csv"}});
    JobUse use = use_job("serving", fabric, place, values);
    CHECK(use.diagnostics.all().empty());
    REQUIRE(use.drivers.size() == 1);
    CHECK(use.schedule.operations.empty());
    return play_driver(use.drivers.front(), {}).rows;
  };
  const auto rows = rows_of({});
  REQUIRE(rows.size() == 3);
  CHECK(rows[2].arrival == Time{} + 20_s);
  CHECK(rows[2].prompt_tokens == 300);
  CHECK(rows[2].output_tokens == 7);
  CHECK(rows[2].kv_bytes.count == 300 * 327'680);
  CHECK(rows_of({{"arrivals.requests", "2"}}).size() == 2);
  CHECK(rows_of({{"arrivals.time_scale", "4"}})[2].arrival == Time{} + 5_s);
  place.start = Time{} + 3_s;
  place.duration = 13_s;  // the second arrives exactly then and is the last
  const auto cut = rows_of({});
  REQUIRE(cut.size() == 2);
  CHECK(cut[1].arrival == Time{} + 13_s);
  CHECK(cut[1].finish > Time{} + 13_s);  // accepted requests run to their end
}

TEST_CASE("Poisson arrivals depend on seed and job alone") {
  const Fabric fabric = gpu_fabric(1, 8);
  const auto rows_of = [&](std::uint64_t seed) {
    JobUse use = use_job("serving", fabric, {.ranks = 8, .seed = seed},
                         {{"model", "llama-3.1-8b"}, {"arrivals.requests", "20"}, {"tensor_parallel", "4"}});
    REQUIRE(use.drivers.size() == 1);
    return play_driver(use.drivers.front(), {}).rows;
  };
  CHECK(rows_of(1).size() == 20);
  CHECK(equal_rows(rows_of(1), rows_of(1)));
  CHECK(!equal_rows(rows_of(1), rows_of(2)));
}

TEST_CASE("serving mistakes are located and say the remedy") {
  const Fabric fabric = gpu_fabric(2, 8);
  const Values base{{"model", "llama-3.1-70b"}, {"arrivals.requests", "5"}};
  const auto with = [&](Values more, std::uint32_t ranks = 16) {
    more.insert(more.begin(), base.begin(), base.end());
    return only_message(use_job("serving", fabric, {.ranks = ranks}, more));
  };
  CHECK(with({}, 12) == "job `job` has 12 ranks, not a multiple of `tensor_parallel` = 8");
  CHECK(with({{"prefill_instances", "2"}, {"decode_instances", "1"}}) ==
        "`prefill_instances` + `decode_instances` = 2 + 1, but job `job` has 2 instances of 8 GPUs");
  CHECK(with({{"decode_instances", "2"}}) == "`prefill_instances` + `decode_instances` = 0 + 2, but job `job` has 2 instances of 8 GPUs");
  CHECK(with({{"prefill_instances", "1"}}) == "`prefill_instances` + `decode_instances` = 1 + 0, but job `job` has 2 instances of 8 GPUs");
  CHECK(with({{"tensor_parallel", "16"}}).substr(0, 58) == "tensor-parallel group of ranks 0 to 15 spans hosts `host-0");
  CHECK(with({{"tensor_parallel", "1"}}).find("llama-3.1-70b leaves no room for a KV cache: weights take") == 0);
  CHECK(with({{"arrivals.requests", "0"}}) == "the drawn arrivals of job `job` never end");
  CHECK(with({{"arrivals.lengths", "fixed"}, {"batching.max_tokens", "1000"}, {"batching.chunked_prefill", "false"}}) ==
        "the prompt of request 0 of job `job` has 1155 tokens, more than `batching.max_tokens` = 1000, and may not be split");
  CHECK(with({{"arrivals.lengths", "fixed"}, {"gpu_memory_utilization", "0.248"}})
            .find("request 0 of job `job` needs a KV cache of 1366 tokens; an instance holds ") == 0);
  CHECK(with({{"tensor_parallel", "4"}, {"pipeline_parallel", "2"}}, 12) ==
        "job `job` has 12 ranks, not a multiple of `tensor_parallel` x `pipeline_parallel` x `expert_parallel` = 8");
  CHECK(with({{"tensor_parallel", "4"}, {"expert_parallel", "2"}}) ==
        "`expert_parallel` is 2, which does not divide the 1 expert of the dense model llama-3.1-70b");
  CHECK(with({{"tensor_parallel", "4"}, {"pipeline_parallel", "2"}, {"decode_instances", "1"}, {"kv_transfer", "layerwise"}}) ==
        "`kv_transfer: layerwise` works with one stage and one group of experts alone");
  CHECK(with({{"kv_capacity", "10"}}) == "`kv_capacity` is 10 tokens, less than one block of 16");
  CHECK(with({{"kv_capacity", "100000000"}}).find("`kv_capacity` is 100000000 tokens, but GPU memory leaves room for ") == 0);
  CHECK(with({{"arrivals.lengths", "fixed"}, {"kv_capacity", "1000"}, {"kv_block", "100"}}) ==
        "request 0 of job `job` needs a KV cache of 1366 tokens; an instance holds 1000");
  CHECK(with({{"prefix_cache", "true"}, {"kv_block", "100"}}) ==
        "`kv_block` is 100 tokens, which does not divide the 512 tokens of a prefix block");
  CHECK(with({{"arrivals.trace", "no-such.csv"}}) == "`arrivals.trace`: there is no file `no-such.csv`");
  CHECK(with({{"arrivals.trace", "/"}}) == "`arrivals.trace`: `/` is not a file that can be read");
}

TEST_CASE("serving: where KV memory falls short, the message says for whom and what helps") {
  const Fabric fabric = gpu_fabric(2, 8);
  const auto with = [&](const std::string& model, Values more) {
    more.insert(more.begin(), {{"model", model}, {"arrivals.requests", "5"}, {"arrivals.lengths", "fixed"}});
    const JobUse use = use_job("serving", fabric, {.ranks = 16}, more);
    return only_message(use) + "; " + use.diagnostics.all().front().remedy;
  };
  const Values stages{{"tensor_parallel", "4"}, {"pipeline_parallel", "4"}};
  const auto staged = [&](Values more) {
    more.insert(more.begin(), stages.begin(), stages.end());
    return with("llama-3.1-70b", more);
  };
  CHECK(staged({{"kv_capacity", "63"}}) ==
        "`kv_capacity` is 63 tokens, less than one block of 16 for each of 4 stages' batches; raise it, or lower `kv_block` or "
        "`pipeline_parallel`");
  CHECK(staged({{"kv_capacity", "4000"}}) ==
        "request 0 of job `job` needs a KV cache of 1366 tokens; each of the 4 stages' batches of an instance holds 992; raise "
        "`kv_capacity`, lower `pipeline_parallel`, or lower `arrivals.length_max`");
  // Weights of 35.3 GB on a GPU, of whose 80 GB a share is used: room for some tokens, but for no block.
  CHECK(with("llama-3.1-70b", {{"tensor_parallel", "4"}, {"gpu_memory_utilization", "0.475"}, {"kv_block", "65536"}})
            .find("llama-3.1-70b leaves room for ") == 0);
  const std::string none = with("llama-3.1-70b", {{"tensor_parallel", "2"}, {"gpu_memory_utilization", "0.5"}});
  CHECK(none.find("llama-3.1-70b leaves no room for a KV cache: weights take ") == 0);
  CHECK(none.find("of a H100-SXM " + to_readable(Bytes{40'000'000'000}) + " may be used") != std::string::npos);
  // A request lives in one of the groups, which has a share of the memory.
  CHECK(with("mixtral-8x7b", {{"tensor_parallel", "4"}, {"expert_parallel", "2"}, {"kv_capacity", "2000"}}) ==
        "request 0 of job `job` needs a KV cache of 1366 tokens; each of the 2 expert groups of an instance holds 992; raise "
        "`kv_capacity`, or lower `arrivals.length_max`");
  CHECK(with("mixtral-8x7b", {{"tensor_parallel", "4"}, {"expert_parallel", "2"}, {"pipeline_parallel", "2"}, {"kv_capacity", "63"}})
            .find("`kv_capacity` is 63 tokens, less than one block of 16 for each of 2 expert groups of each of 2 stages' batches") == 0);
}

TEST_CASE("serving: what is set and changes nothing, and fewer requests than asked for, are warned of") {
  const Fabric fabric = gpu_fabric(1, 8);
  const TemporaryDirectory directory;
  directory.write("trace.csv", kTrace);
  JobPlace place{.ranks = 8, .directory = directory.path().string()};
  const auto with = [&](Values more) {
    more.insert(more.begin(), {"model", "llama-3.1-8b"});
    const JobUse use = use_job("serving", fabric, place, more);
    CHECK(use.drivers.size() == 1);
    REQUIRE(use.diagnostics.all().size() == 1);
    CHECK(use.diagnostics.all().front().severity == Severity::warning);
    return use.diagnostics.all().front().message;
  };
  CHECK(with({{"arrivals.requests", "1"}, {"arrivals.time_scale", "2"}}) == "`arrivals.time_scale` has no effect on drawn arrivals");
  CHECK(with({{"arrivals.requests", "1"}, {"arrivals.cv", "2"}}) == "`arrivals.cv` has no effect on Poisson arrivals");
  CHECK(with({{"arrivals.trace", "trace.csv"}, {"arrivals.cv", "2"}}) == "`arrivals.cv` has no effect on a trace");
  CHECK(with({{"arrivals.requests", "1"}, {"kv_transfer", "layerwise"}}) ==
        "`kv_transfer: layerwise` has no effect without decode instances");
  CHECK(with({{"arrivals.requests", "1"}, {"batching.chunk_tokens", "9"}, {"batching.chunked_prefill", "false"}}) ==
        "`batching.chunk_tokens` has no effect with `batching.chunked_prefill: false`");
  // At one request in 11.6 days about nine of a hundred come in 100 days.
  CHECK(with({{"arrivals.requests", "100"}, {"arrivals.rate", "1e-6"}}).find(" of 100 requests: the others would come after") !=
        std::string::npos);
  place.duration = 1_ms;
  CHECK(with({{"arrivals.rate", "1e-6"}}) ==
        "job `job` serves nothing: its first request would come after the scenario's duration is over");
}

TEST_CASE("serving: arrivals beyond 100 days, and reuse of prefixes that drawn requests do not name, are refused") {
  const Fabric fabric = gpu_fabric(1, 8);
  const TemporaryDirectory directory;
  directory.write("trace.csv", kTrace);
  JobPlace place{.ranks = 8, .directory = directory.path().string()};
  const auto with = [&](Values more) {
    more.insert(more.begin(), {"model", "llama-3.1-8b"});
    return only_message(use_job("serving", fabric, place, more));
  };
  CHECK(with({{"arrivals.requests", "1"}, {"arrivals.prefix_reuse", "true"}}) ==
        "`arrivals.prefix_reuse` needs the block hashes of a Mooncake trace, and these arrivals are drawn");
  CHECK(with({{"arrivals.trace", "trace.csv"}, {"arrivals.time_scale", "2e-6"}}) ==
        "`arrivals.time_scale` stretches the trace beyond 100 days");
  place.start = Time{} + 86'400_s * 100;
  CHECK(with({{"arrivals.trace", "trace.csv"}}).find("the last request of job `job` comes 20.0 s after its start at ") == 0);
  place.start = Time{} + 86'400_s * 101;
  CHECK(with({{"arrivals.requests", "1"}}).find("job `job` starts at ") == 0);
}

TEST_CASE("a broken trace is reported at its own line, not at the job") {
  const Fabric fabric = gpu_fabric(1, 8);
  const TemporaryDirectory directory;
  directory.write("trace.csv", kTrace + "soon,1,1\n");
  const JobUse use = use_job("serving", fabric, {.ranks = 8, .directory = directory.path().string()},
                             {{"model", "llama-3.1-8b"}, {"arrivals.trace", "trace.csv"}});
  CHECK(only_message(use) == "`soon` is not a timestamp");
  CHECK(use.diagnostics.all().front().place.file == directory.file("trace.csv"));
  CHECK(use.diagnostics.all().front().place.line == 5);
}

TEST_CASE("a prefix cache without block ids is warned of, and not taken twice") {
  const Fabric fabric = gpu_fabric(1, 8);
  const TemporaryDirectory directory;
  directory.write("trace.jsonl", R"({"timestamp": 0, "input_length": 1100, "output_length": 5, "hash_ids": [1, 2, 3]}
{"timestamp": 9000, "input_length": 1100, "output_length": 5, "hash_ids": [1, 2, 4]}
)");
  const JobPlace place{.ranks = 8, .directory = directory.path().string()};
  const Values base{{"model", "llama-3.1-8b"}, {"prefix_cache", "true"}};
  const auto with = [&](Values more) {
    more.insert(more.begin(), base.begin(), base.end());
    return use_job("serving", fabric, place, more);
  };
  JobUse drawn = with({{"arrivals.requests", "3"}});
  REQUIRE(drawn.diagnostics.all().size() == 1);
  CHECK(drawn.diagnostics.all().front().message == "the requests of job `job` name no prefix blocks: `prefix_cache` will find nothing");
  CHECK(drawn.drivers.size() == 1);
  CHECK(only_message(with({{"arrivals.trace", "trace.jsonl"}, {"arrivals.prefix_reuse", "true"}})) ==
        "`prefix_cache` and `arrivals.prefix_reuse` would both take reused blocks from the prompts");
  JobUse use = with({{"arrivals.trace", "trace.jsonl"}});
  REQUIRE(use.drivers.size() == 1);
  const auto rows = play_driver(use.drivers.front(), {}).rows;
  CHECK(rows[0].cached_tokens == 0);
  CHECK(rows[1].cached_tokens == 1024);  // blocks 1 and 2; the third is not full
}

TEST_CASE("an instance may span hosts by stages and expert groups; both engines' messages then name its ranks") {
  const Fabric fabric = gpu_fabric(2, 8);
  JobUse use = use_job("serving", fabric, {.ranks = 16},
                       {{"model", "mixtral-8x7b"},
                        {"tensor_parallel", "4"},
                        {"expert_parallel", "4"},
                        {"layers_per_exchange", "32"},
                        {"arrivals.process", "gamma"},
                        {"arrivals.cv", "2"},
                        {"arrivals.requests", "3"}});
  CHECK(use.diagnostics.all().empty());
  REQUIRE(use.drivers.size() == 1);
  const Played played = play_driver(use.drivers.front(), {});
  CHECK(played.rows.size() == 3);
  REQUIRE(!played.transfers.empty());
  for (const PostedTransfer& transfer : played.transfers) {
    CHECK(transfer.from.value / 8 != transfer.to.value / 8);
    CHECK(transfer.from.value % 4 == transfer.to.value % 4);
  }
}
