// SPDX-License-Identifier: Apache-2.0
// What a request may ask for: paths that lead out, names of other machines, foreign origins, secrets and too many requests.
#include "cli/serve/request_guard.hpp"

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::cli {

TEST_CASE("request guard: targets are decoded once, and what leads elsewhere is no target") {
  const auto target = read_target("/files/a%20b/c.h5?x=1%2B1&y=a+b&x=2");
  REQUIRE(target.has_value());
  CHECK(target->parts == std::vector<std::string>{"files", "a b", "c.h5"});
  CHECK(target->query.at("x") == "1+1");
  CHECK(target->query.at("y") == "a b");
  CHECK(read_target("/")->parts.empty());
  // Twice encoded stays once encoded: a component that is called "%2e%2e", and no way up.
  CHECK(read_target("/files/%252e%252e")->parts[1] == "%2e%2e");
  for (const char* bad : {"", "files", "http://x/", "/..", "/files/../x", "/files/%2e%2e/x", "/files/%2E%2e", "/a//b", "/.hidden",
                          "/a/.git/config", "/a%2fb", "/a%5cb", "/a\\b", "/a%00b", "/a%0ab", "/a%", "/a%4", "/a%zz", "/a?x=%0d"})
    CHECK_MESSAGE(!read_target(bad).has_value(), bad);
  CHECK_FALSE(read_target("/" + std::string(5000, 'a')).has_value());
}

TEST_CASE("request guard: property: no bytes make a target with a component that leads out") {
  const std::uint64_t seed = 20261128;
  CAPTURE(seed);
  RandomStream random(seed, 0);
  const std::string letters = "/..%2eE25cC00ab?&=+\\\r\n\t ";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "/";
    for (std::size_t k = random.below(24); k > 0; --k) text += letters[random.below(letters.size())];
    const auto target = read_target(text);
    if (!target) continue;
    for (const std::string& part : target->parts) {
      CAPTURE(text);
      CHECK(part.front() != '.');
      CHECK(part.find_first_of("/\\\r\n\t") == std::string::npos);
    }
  }
}

TEST_CASE("request guard: files stay in their folder, also through links") {
  const tests::TemporaryDirectory folder;
  folder.write("root/in/a.h5", "x");
  folder.write("secret.h5", "y");
  const std::filesystem::path root = folder.path() / "root";
  std::filesystem::create_symlink(folder.path() / "secret.h5", root / "link.h5");
  std::filesystem::create_directory_symlink(folder.path(), root / "up");
  std::filesystem::create_symlink(root / "in/a.h5", root / "good.h5");
  CHECK(confined(root, {"in", "a.h5"}).has_value());
  CHECK(confined(root, {"good.h5"}).has_value());
  CHECK(confined(root, {"files", "in", "a.h5"}, 1).has_value());
  CHECK_FALSE(confined(root, {"link.h5"}).has_value());
  CHECK_FALSE(confined(root, {"up", "secret.h5"}).has_value());
  CHECK_FALSE(confined(root, {"..", "secret.h5"}).has_value());
  CHECK_FALSE(confined(root, {"nothing"}).has_value());
  CHECK_FALSE(confined("/dev", {"null"}).has_value());  // neither file nor folder
}

TEST_CASE("request guard: names of this machine, origins, cookies and secrets") {
  for (const char* good : {"localhost", "localhost:8080", "127.0.0.1", "127.0.0.1:80", "127.1.2.3", "[::1]", "[::1]:8080"})
    CHECK_MESSAGE(is_loopback_name(good), good);
  for (const char* bad : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.evil.1.1", "10.0.0.1", "[::2]"})
    CHECK_MESSAGE(!is_loopback_name(bad), bad);
  CHECK(same_origin("", "127.0.0.1:8080"));
  CHECK(same_origin("http://127.0.0.1:8080", "127.0.0.1:8080"));
  CHECK(same_origin("https://site.example", "site.example"));
  for (const char* bad : {"null", "http://evil.example", "http://127.0.0.1:8081", "ftp://127.0.0.1:8080", "http://127.0.0.1:8080.evil"})
    CHECK_MESSAGE(!same_origin(bad, "127.0.0.1:8080"), bad);
  CHECK(cookie("a=1; eastwest_token=secret; b=2", "eastwest_token") == "secret");
  CHECK(cookie("xeastwest_token=no", "eastwest_token").empty());
  CHECK(equal_secrets("secret", "secret"));
  for (const char* bad : {"", "secre", "secrets", "secrex", "SECRET"}) CHECK_FALSE(equal_secrets(bad, "secret"));
  CHECK_FALSE(equal_secrets("secret", ""));
}

TEST_CASE("request guard: a scenario that is sent names no file outside its folder") {
  CHECK_FALSE(outside_path("site: {topology: leaf_spine, servers: 8}\nnetwork: {mtu: 4 KiB}\n").has_value());
  CHECK_FALSE(outside_path("file: beside.csv\nother: folder/file.csv\nratio: 1/2\n").has_value());
  CHECK_FALSE(outside_path("file: ~\n").has_value());  // nothing
  CHECK(outside_path("file: /etc/passwd") == "/etc/passwd");
  CHECK(outside_path("{file: \"/etc/passwd\"}") == "/etc/passwd");
  CHECK(outside_path("file: '../x.csv'") == "../x.csv");
  CHECK(outside_path("file: a/../../x") == "a/../../x");
  CHECK(outside_path("- ~/x").has_value());
  CHECK(outside_path("file: !!str /etc/passwd").has_value());
  CHECK(outside_path("a: &x /etc/passwd\nb: *x").has_value());
  CHECK(outside_path("file: \"\\x2fetc/passwd\"").has_value());
  CHECK(outside_path("file: >-\n  /etc/passwd").has_value());
}

TEST_CASE("request guard: names of folders, and a bucket that fills again") {
  CHECK(folder_name("two-designs/Rail.yaml") == "two-designs-rail-yaml");
  CHECK(folder_name("../../etc") == "etc");
  CHECK(folder_name("") == "run");
  CHECK(folder_name(std::string(100, 'x')).size() == 40);
  RateLimit limit(10, 3);
  for (int k = 0; k < 3; ++k) CHECK(limit.allow("a", 0));
  CHECK_FALSE(limit.allow("a", 0));
  CHECK(limit.allow("b", 0));
  CHECK(limit.allow("a", 0.11));
  CHECK_FALSE(limit.allow("a", 0.12));
  for (int k = 0; k < 30'000; ++k) limit.allow(std::to_string(k), 0.2);  // addresses that come once do not fill the memory
  CHECK(limit.allow("late", 10));
}

}  // namespace eastwest::cli
