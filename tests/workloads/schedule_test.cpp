// SPDX-License-Identifier: Apache-2.0
// The schedule's builder: rows in declared order, counts, and each invariant of schedule.hpp refused by name when broken.
#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "workloads/schedule.hpp"
#include "workloads/schedule_check.hpp"

using namespace eastwest;

namespace {

Collective any_collective(std::uint16_t job) {
  return {.name = "c",
          .algorithm = "a",
          .operation = "point_to_point",
          .job = job,
          .ranks = 2,
          .bytes = {1},
          .bus_factor = 1,
          .lower_bound = {},
          .operations = 0};
}

std::string error_of(ScheduleBuilder&& builder) {
  const auto schedule = std::move(builder).finish();
  return schedule ? "" : schedule.error().message;
}

}  // namespace

TEST_CASE("schedule: successors stand in the order in which they were declared, and counts add up") {
  // Engines walk successors in this order, so it is part of what makes runs repeatable.
  ScheduleBuilder builder;
  builder.begin_job(3, 2);
  const std::uint32_t label = builder.collective(any_collective(3));
  const OperationId first = builder.compute({0}, {1'000});
  const auto message = builder.transfer({0}, {1}, {4096}, label);
  const OperationId last = builder.marker({0}, 7);
  builder.depend(last, first);
  builder.depend(message.send, first);
  builder.depend(last, message.send);
  builder.depend(last, OperationId{});  // nothing
  const auto made = std::move(builder).finish();
  REQUIRE(made.has_value());
  const Schedule& schedule = *made;
  REQUIRE(schedule.operations.size() == 4);
  const auto successors = schedule.successors_of(first.value);
  CHECK(std::vector<std::uint32_t>(successors.begin(), successors.end()) == std::vector<std::uint32_t>{last.value, message.send.value});
  CHECK(schedule.operations[last.index()].dependencies == 2);
  CHECK(schedule.operations[message.receive.index()].dependencies == 0);
  CHECK(schedule.operations[message.send.index()].match == message.receive.value);
  CHECK(schedule.operations[message.receive.index()].match == message.send.value);
  CHECK(schedule.operations[message.receive.index()].peer == 0);
  CHECK(schedule.operations[first.index()].job == 3);
  CHECK(schedule.operations[first.index()].traffic_class == 2);
  CHECK(schedule.operations[last.index()].amount == 7);
  CHECK(schedule.collectives[label].operations == 2);
  CHECK(message_depth(schedule) == 1);
}

TEST_CASE("schedule: an empty one is a valid one") {
  const auto made = ScheduleBuilder().finish();
  REQUIRE(made.has_value());
  CHECK(made->operations.empty());
  CHECK(made->successor_first == LargeVector<std::uint32_t>{0});
  CHECK(message_depth(*made) == 0);
}

// An engine adds times without looking: its clock of 2^63 ps ends after 106 days.
TEST_CASE("schedule: a rank that computes for longer than a clock can tell is refused, however short its parts") {
  const auto days = [](int parts) {
    ScheduleBuilder builder;
    builder.begin_job(0, 1);
    for (int i = 0; i < parts; ++i) builder.compute({4}, {864'000'000'000'000'000});  // 10 days
    return error_of(std::move(builder));
  };
  CHECK(days(10) == "");
  CHECK(days(11) == "rank 4 computes for more than 100 days, which is as long as a run can be");
}

TEST_CASE("schedule: a dependency between ranks is refused, because only messages join ranks") {
  ScheduleBuilder builder;
  const OperationId a = builder.compute({0}, {1});
  const OperationId b = builder.compute({1}, {1});
  builder.depend(b, a);
  CHECK(error_of(std::move(builder)) ==
        "schedule: operation 0 (compute of 1 ps on rank 0) precedes operation 1 (compute of 1 ps on rank 1) of another rank");
}

TEST_CASE("schedule: circles are found, through dependencies, messages and fused groups") {
  SUBCASE("two ranks that both receive before they send") {
    ScheduleBuilder builder;
    const auto there = builder.transfer({0}, {1}, {8});
    const auto back = builder.transfer({1}, {0}, {8});
    builder.depend(there.send, back.receive);
    builder.depend(back.send, there.receive);
    CHECK(error_of(std::move(builder)) ==
          "schedule: operation 0 (send of 8 B from rank 0 to rank 1) waits for itself: its dependencies form a circle");
  }
  SUBCASE("an operation after itself") {
    ScheduleBuilder builder;
    const OperationId a = builder.compute({5}, {1});
    builder.depend(a, a);
    CHECK(error_of(std::move(builder)) ==
          "schedule: operation 0 (compute of 1 ps on rank 5) waits for itself: its dependencies form a circle");
  }
  SUBCASE("two fused groups that two ranks reach in opposite order") {
    ScheduleBuilder builder;
    const auto one = builder.fused({{RankId{0}, RankId{1}}, {}}, {8});
    const auto two = builder.fused({{RankId{0}, RankId{1}}, {}}, {8});
    builder.depend(two[0], one[0]);
    builder.depend(one[1], two[1]);
    CHECK(error_of(std::move(builder)) ==
          "schedule: operation 1 (fused collective of 8 B on rank 1) waits for itself: its dependencies form a circle");
  }
  SUBCASE("the same two groups in the same order are fine") {
    ScheduleBuilder builder;
    const auto one = builder.fused({{RankId{0}, RankId{1}}, {}}, {8});
    const auto two = builder.fused({{RankId{0}, RankId{1}}, {}}, {8});
    builder.depend(two[0], one[0]);
    builder.depend(two[1], one[1]);
    const auto made = std::move(builder).finish();
    REQUIRE(made.has_value());
    CHECK(message_depth(*made) == 2);
  }
}

TEST_CASE("schedule: what one operation can have wrong is named") {
  ScheduleBuilder builder;
  SUBCASE("a message to itself") {
    builder.transfer({2}, {2}, {1});
    CHECK(error_of(std::move(builder)) == "schedule: operation 0 (send of 1 B from rank 2 to rank 2) goes to its own rank");
  }
  SUBCASE("a negative amount") {
    builder.compute({0}, {-1});
    CHECK(error_of(std::move(builder)) == "schedule: operation 0 (compute of -1 ps on rank 0) has a negative amount");
  }
  SUBCASE("no rank") {
    builder.compute({}, {1});
    CHECK(error_of(std::move(builder)).ends_with("has no rank"));
  }
  SUBCASE("the control class") {
    builder.begin_job(0, 0);
    builder.compute({0}, {1});
    CHECK(error_of(std::move(builder)) == "schedule: operation 0 (compute of 1 ps on rank 0) is in traffic class 0; it can be 1 to 3");
  }
  SUBCASE("a label of another job") {
    const std::uint32_t label = builder.collective(any_collective(1));
    builder.begin_job(2, 1);
    builder.transfer({0}, {1}, {1}, label);
    CHECK(error_of(std::move(builder)) ==
          "schedule: operation 0 (send of 1 B from rank 0 to rank 1) belongs to job 2 but its collective to job 1");
  }
  SUBCASE("a label that does not exist") {
    builder.transfer({0}, {1}, {1}, 4);
    CHECK(error_of(std::move(builder)).ends_with("has the label of a collective that does not exist"));
  }
  SUBCASE("a fused group with a member twice") {
    builder.fused({{RankId{0}, RankId{0}}, {}}, {8});
    CHECK(error_of(std::move(builder)) == "schedule: fused group 0 has a member twice");
  }
  SUBCASE("a fused group of nobody") {
    builder.fused({}, {8});
    CHECK(error_of(std::move(builder)) == "schedule: fused group 0 has 0 members and 0 operations");
  }
}

TEST_CASE("schedule: a packed schedule that was changed by hand is refused") {
  // Imported schedules do not come out of the builder; the check must stand on its own.
  ScheduleBuilder builder;
  const auto a = builder.transfer({0}, {1}, {8});
  const auto b = builder.transfer({0}, {1}, {8});
  builder.depend(b.send, a.send);
  const auto made = std::move(builder).finish();
  REQUIRE(made.has_value());
  Schedule schedule = *made;
  CHECK(check_schedule(schedule).has_value());
  SUBCASE("crossed matches") {
    std::swap(schedule.operations[a.send.index()].match, schedule.operations[b.send.index()].match);
    CHECK(check_schedule(schedule).error().message.find("are not the two ends of one message") != std::string::npos);
  }
  SUBCASE("a match out of bounds") {
    schedule.operations[0].match = 99;
    CHECK(check_schedule(schedule).error().message.ends_with("has no operation at the other end"));
  }
  SUBCASE("a wrong count") {
    ++schedule.operations[b.send.index()].dependencies;
    CHECK(check_schedule(schedule).error().message.ends_with("has a wrong count of dependencies"));
  }
  SUBCASE("rows that do not fit") {
    schedule.successor_first.pop_back();
    CHECK(check_schedule(schedule).error().message == "schedule: the rows of successors do not fit the operations");
  }
  SUBCASE("a successor out of bounds") {
    schedule.successors[0] = 99;
    CHECK(check_schedule(schedule).error().message.ends_with("has a successor that does not exist"));
  }
  SUBCASE("a group out of bounds") {
    schedule.operations[0].kind = OperationKind::fused;
    CHECK_FALSE(check_schedule(schedule).has_value());
  }
}
