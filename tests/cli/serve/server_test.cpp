// SPDX-License-Identifier: Apache-2.0
// `eastwest serve` from outside: pages, runs that are started, watched and cancelled, everything that it must refuse, and a thousand viewers whose
// presence changes no result.
// One file, though long: every case needs the same handful of helpers, and the server is one thing.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/browser.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_in_folder.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/served.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

using Json = nlohmann::json;

constexpr const char* kShort =
    "site: {topology: leaf_spine, servers: 8, server: plain, leaves: 4}\njobs:\n  a: {kind: permutation, size: 1 MiB}\n";
/// Some seconds of work.
constexpr const char* kLong =
    "site: {topology: leaf_spine, servers: 32, server: plain, leaves: 4}\njobs:\n  a: {kind: permutation, size: 768 MiB}\n";
/// Work that no test waits for.
constexpr const char* kEndless =
    "site: {topology: leaf_spine, servers: 32, server: plain, leaves: 4}\njobs:\n  a: {kind: permutation, size: 100 GiB}\n";

int start(std::uint16_t port, const std::string& text) {
  const Connection::Answer answer = http_post(port, "/api/runs", Json{{"text", text}, {"name", "test"}}.dump());
  REQUIRE_MESSAGE(answer.status == 201, answer.head << answer.body);
  return Json::parse(answer.body)["id"];
}

Json look(std::uint16_t port, int id) { return Json::parse(http_get(port, "/api/runs/" + std::to_string(id)).body); }

template <class Condition>
bool soon(Condition condition) {
  for (int k = 0; k < 1200; ++k) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

bool ends(std::uint16_t port, int id, const std::string& state) {
  return soon([&] { return look(port, id)["state"] == state; });
}

std::string digest_in(const std::string& summary) {
  const std::size_t at = summary.find("digest: ");
  return at == std::string::npos ? "" : summary.substr(at + 8, 32);
}

}  // namespace

TEST_CASE("serve: a run is started, watched and looked at; its digest is that of the same run by hand") {
  const TemporaryDirectory folder;
  const ServedProgram server(folder.file("results"));
  CHECK(http_get(server.port(), "/").body.find("serve.js") != std::string::npos);
  const int id = start(server.port(), kShort);
  REQUIRE(ends(server.port(), id, "done"));
  const Json run = look(server.port(), id);
  folder.write("by-hand.yaml", kShort);
  const ProgramResult by_hand = run_program({"run", "by-hand.yaml", "--no-trace"}, in(folder));
  CHECK(digest_in(run["log"]).size() == 32);
  CHECK(digest_in(run["log"]) == digest_in(by_hand.output));
  const std::string trace = run["trace"];
  CHECK(http_get(server.port(), "/files/" + trace).body.substr(1, 3) == "HDF");
  CHECK(http_get(server.port(), "/files/" + trace).head.find("Content-Disposition: attachment") != std::string::npos);
  Connection::Answer page;
  REQUIRE(soon([&] { return (page = http_get(server.port(), "/report/" + trace)).status == 200; }));
  CHECK(page.body.find("report-data") != std::string::npos);
  CHECK(page.head.find("Content-Security-Policy: sandbox ") != std::string::npos);
  const Json state = Json::parse(http_get(server.port(), "/api/state").body);
  CHECK(state["runs"].size() == 1);
  CHECK(state["scenarios"].size() > 20);
  bool listed = false;
  for (const Json& one : state["results"]) listed = listed || (one["path"] == trace && one["kind"] == "trace");
  CHECK(listed);
}

TEST_CASE("serve: a viewer sees links, queues and progress while the run goes on, and the end of it") {
  const TemporaryDirectory folder;
  const ServedProgram server(folder.file("results"));
  const int id = start(server.port(), kLong);
  Connection viewer(server.port());
  REQUIRE(viewer.upgrade("/run/" + std::to_string(id) + "/live"));
  const auto first = viewer.message();
  REQUIRE(first.has_value());
  const Json begin = Json::parse(*first);
  CHECK(begin["type"] == "start");
  CHECK(begin["links"].size() == begin["links_all"]);
  double share = 0;
  std::size_t rows = 0;
  int busiest = 0;
  while (const auto text = viewer.message()) {
    const Json row = Json::parse(*text);
    REQUIRE(row["type"] == "rows");
    CHECK(row["heat"].size() == begin["links"].size());
    CHECK(row["share"].get<double>() >= share);
    share = row["share"];
    for (const Json& value : row["heat"]) busiest = std::max(busiest, value.get<int>());
    ++rows;
  }
  CHECK(rows >= 2);
  CHECK(share == 1);
  CHECK(busiest >= 50);
  CHECK(busiest <= 100);
  REQUIRE(ends(server.port(), id, "done"));
  // Who comes after the end gets the last of it and is told that there is no more.
  Connection late(server.port());
  REQUIRE(late.upgrade("/run/" + std::to_string(id) + "/live"));
  CHECK(Json::parse(late.message().value_or("{}"))["type"] == "start");
}

TEST_CASE("serve: runs wait for their turn, are cancelled with a readable trace, and end with the server") {
  const TemporaryDirectory folder;
  ServedProgram server(folder.file("results"));
  const int going = start(server.port(), kEndless);
  const int waiting = start(server.port(), kShort);
  // A run that is told to end before it has begun leaves nothing, as there is nothing.
  REQUIRE(soon([&] { return look(server.port(), going).contains("trace"); }));
  CHECK(look(server.port(), waiting)["state"] == "waiting");
  CHECK(http_post(server.port(), "/api/runs/" + std::to_string(going) + "/cancel", "{}").status == 200);
  REQUIRE(ends(server.port(), going, "cancelled"));
  REQUIRE(ends(server.port(), waiting, "done"));
  CHECK(http_post(server.port(), "/api/runs/" + std::to_string(going) + "/cancel", "{}").status == 409);
  const std::string trace = look(server.port(), going)["trace"];
  CHECK(run_program({"compare", folder.file("results/" + trace)}).exit_code == 0);
  const int last = start(server.port(), kEndless);
  REQUIRE(soon([&] { return look(server.port(), last).contains("trace"); }));
  const std::string place = look(server.port(), last)["folder"];
  // Who watches a run that waits is told when it is cancelled; who is connected when the server ends does not hold it up.
  const int never = start(server.port(), kShort);
  Connection watcher(server.port());
  REQUIRE(watcher.upgrade("/run/" + std::to_string(never) + "/live"));
  CHECK(http_post(server.port(), "/api/runs/" + std::to_string(never) + "/cancel", "{}").status == 200);
  CHECK_FALSE(watcher.message(10).has_value());
  CHECK(watcher.closed());
  Connection viewer(server.port());
  REQUIRE(viewer.upgrade("/run/" + std::to_string(last) + "/live"));
  Connection idle(server.port());
  idle.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(idle.answer().status == 200);
  CHECK(http_get(server.port(), "/report/" + place + "/run.h5.partial").status == 409);
  CHECK(server.stop() == 0);
  CHECK(run_program({"compare", folder.file("results/" + place + "/run.h5")}).exit_code == 0);
}

TEST_CASE("serve: a server that is killed takes its run with it, and the run leaves a whole trace") {
  const TemporaryDirectory folder;
  ServedProgram server(folder.file("results"));
  const int id = start(server.port(), kEndless);
  REQUIRE(soon([&] { return look(server.port(), id).contains("trace"); }));
  const std::string trace = folder.file("results/" + look(server.port(), id)["folder"].get<std::string>() + "/run.h5");
  CHECK_FALSE(std::filesystem::exists(trace));
  kill(server.process(), SIGKILL);
  CHECK(server.stop() == 128 + SIGKILL);
  REQUIRE(soon([&] { return std::filesystem::exists(trace); }));
  CHECK(run_program({"compare", trace}).exit_code == 0);
}

TEST_CASE("serve: a scenario with a mistake fails by itself, with its words; too many waiting runs are refused") {
  const TemporaryDirectory folder;
  const ServedProgram server(folder.file("results"));
  const int wrong = start(server.port(), "site: {topology: leaf_spin}\njobs: {}\n");
  REQUIRE(ends(server.port(), wrong, "failed"));
  const Json run = look(server.port(), wrong);
  CHECK(run["exit_code"] == 2);
  CHECK(run["log"].get<std::string>().find("leaf_spine") != std::string::npos);
  const auto post = [&](const Json& body) { return http_post(server.port(), "/api/runs", body.dump()).status; };
  CHECK(post({{"text", "file: /etc/passwd"}}) == 422);
  CHECK(post({{"scenario", "../../../etc/passwd"}}) == 404);
  CHECK(post({{"scenario", "sites"}}) == 404);
  CHECK(post({{"scenario", 7}}) == 400);
  CHECK(post({{"scenario", "incast-32.yaml"}, {"text", kShort}}) == 400);
  CHECK(post(Json::array()) == 400);
  CHECK(http_post(server.port(), "/api/runs", "{not json").status == 400);
  CHECK(http_post(server.port(), "/api/runs", Json{{"text", kShort}}.dump(), "", "text/plain").status == 415);
  int refused = 0;
  for (int k = 0; k < 20; ++k) refused += post({{"text", kEndless}}) == 503 ? 1 : 0;
  CHECK(refused >= 2);
  CHECK(refused <= 4);
}

TEST_CASE("serve: what is malformed, too long, foreign or leads out is refused, and the server stands") {
  const TemporaryDirectory folder;
  folder.write("results/good.csv", "a\n");
  folder.write("results/.hidden.csv", "a\n");
  folder.write("results/program.bin", "a\n");
  folder.write("secret.csv", "a\n");
  std::filesystem::create_symlink(folder.path() / "secret.csv", folder.path() / "results/link.csv");
  const ServedProgram server(folder.file("results"));
  const std::uint16_t port = server.port();
  CHECK(http_get(port, "/files/good.csv").body == "a\n");
  for (const char* path : {"/files/link.csv", "/files/program.bin", "/files/nothing.csv", "/files", "/nothing", "/run/1", "/api/runs/1",
                           "/api/runs/x", "/report/good.csv"})
    CHECK_MESSAGE(http_get(port, path).status == 404, path);
  for (const char* path :
       {"/files/../secret.csv", "/files/%2e%2e/secret.csv", "/files/.hidden.csv", "/files//good.csv", "/%00", "/files/a%2fb"})
    CHECK_MESSAGE(http_get(port, path).status == 400, path);
  const auto raw = [&](const std::string& bytes) {
    Connection connection(port);
    connection.send(bytes);
    return connection.answer().status;
  };
  CHECK(raw("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n") == 421);
  CHECK(raw("GET / HTTP/1.1\r\n\r\n") == 421);
  CHECK(raw("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n") == 405);
  for (const char* path : {"/", "/files/good.csv"}) {
    Connection head(port);
    head.send("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const std::string answer = head.read();
    CHECK(answer.starts_with("HTTP/1.1 200"));
    CHECK(answer.find("\r\nContent-Length: " + std::to_string(http_get(port, path).body.size()) + "\r\n") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\n"));
  }
  CHECK(raw("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n") == 400);  // TLS where none is
  CHECK(raw("GET / HTTP/9.9\r\n\r\n") == 400);
  CHECK(raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n") == 431);
  CHECK(raw("POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n") == 413);
  CHECK(raw("POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n") == 400);
  CHECK(http_post(port, "/api/runs", "{}", "Origin: http://evil.example\r\n").status == 403);
  CHECK(http_post(port, "/api/runs", "{}", "Origin: null\r\n").status == 403);
  CHECK(http_post(port, "/api/runs", "{}", "Origin: http://127.0.0.1\r\n").status == 400);  // of this server: only empty
  {
    Connection foreign(port);
    CHECK_FALSE(foreign.upgrade("/run/1/live", "Origin: http://evil.example\r\n"));
    Connection nowhere(port);
    CHECK_FALSE(nowhere.upgrade("/run/1/live"));
  }
  // Two requests on one connection, the second in pieces.
  Connection kept(port);
  kept.send("GET /files/good.csv HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(kept.answer().status == 200);
  for (const char* piece : {"GET /fil", "es/good.csv HT", "TP/1.1\r\nHo", "st: localhost\r\n", "\r\n"}) {
    kept.send(piece);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(kept.answer().body == "a\n");
  for (const char* header : {"X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer", "X-Frame-Options: DENY",
                             "Content-Security-Policy: default-src 'none'"})
    CHECK_MESSAGE(http_get(port, "/").head.find(header) != std::string::npos, header);
}

TEST_CASE("serve: a request that is never finished, and one that never begins, lose their connections; others are answered meanwhile") {
  const TemporaryDirectory folder;
  const ServedProgram server(folder.file("results"));
  Connection slow(server.port());
  slow.send("GET / HTTP/1.1\r\nHost: local");
  Connection silent(server.port());
  CHECK(http_get(server.port(), "/").status == 200);
  CHECK(slow.read(60).empty());  // ends when the server closes it
  CHECK(slow.closed());
  CHECK(silent.read(60).empty());
  CHECK(silent.closed());
  CHECK(http_get(server.port(), "/").status == 200);
}

TEST_CASE("serve: more requests than an address may make are refused with 429, and later ones are answered again") {
  const TemporaryDirectory folder;
  const ServedProgram server(folder.file("results"));
  Connection one(server.port());
  int refused = 0;
  for (int k = 0; k < 4000 && refused == 0; ++k) {
    one.send("GET /serve.css HTTP/1.1\r\nHost: localhost\r\n\r\n");
    refused += one.answer().status == 429 ? 1 : 0;
  }
  CHECK(refused == 1);
  CHECK(soon([&] { return http_get(server.port(), "/serve.css").status == 200; }));
}

TEST_CASE("serve: with a token nothing is given without it; off loopback there is none without a token") {
  const TemporaryDirectory folder;
  folder.write("results/good.csv", "a\n");
  const std::string token = "0123456789abcdef0123";
  const ServedProgram server(folder.file("results"), {}, {"EASTWEST_TOKEN=" + token});
  const std::uint16_t port = server.port();
  for (const char* path : {"/api/state", "/files/good.csv", "/api/runs/1", "/report/good.csv"})
    CHECK_MESSAGE(http_get(port, path).status == 401, path);
  CHECK(http_get(port, "/").status == 401);
  CHECK(http_post(port, "/api/runs", Json{{"text", kShort}}.dump()).status == 401);
  CHECK(http_get(port, "/api/state", "Authorization: Bearer 0123456789abcdef0124\r\n").status == 401);
  CHECK(http_get(port, "/api/state", "Authorization: Bearer \r\n").status == 401);
  CHECK(http_get(port, "/api/state", "Authorization: Bearer " + token + "\r\n").status == 200);
  CHECK(http_post(port, "/login", R"({"token":"no"})").status == 401);
  const Connection::Answer login = http_post(port, "/login", Json{{"token", token}}.dump());
  CHECK(login.status == 200);
  CHECK(login.head.find("HttpOnly; SameSite=Strict") != std::string::npos);
  CHECK(http_get(port, "/files/good.csv", "Cookie: eastwest_token=" + token + "\r\n").status == 200);
  const auto refused = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"serve"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_program(all, in(folder));
  };
  CHECK(refused({"--listen", "0.0.0.0:0"}).exit_code == 2);
  CHECK(refused({"--listen", "0.0.0.0:0"}).errors.find("a token of at least 16 characters is needed") != std::string::npos);
  folder.write("short", "abc\n");
  CHECK(refused({"--listen", "0.0.0.0:0", "--token-file", "short"}).exit_code == 2);
  CHECK(refused({"--token-file", "nowhere"}).errors.find("cannot read a token from nowhere") != std::string::npos);
  CHECK(refused({"--listen", "nonsense"}).exit_code == 2);
  CHECK(refused({"--listen", "127.0.0.1:" + std::to_string(port)}).errors.find("cannot listen at") != std::string::npos);
}

TEST_CASE("serve: a thousand viewers, some that never read and some that vanish, change no digest and fill no memory") {
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);
  if (descriptors.rlim_cur < 2500) {
    MESSAGE("skipped: this machine allows " << descriptors.rlim_cur << " descriptors, 2500 are wanted");
    return;
  }
  const TemporaryDirectory folder;
  const ServedProgram server(folder.file("results"));
  const std::uint16_t port = server.port();
  const int id = start(port, kLong);
  std::vector<std::unique_ptr<Connection>> viewers;
  std::size_t given = 0;
  for (int k = 0; k < 1000; ++k) {
    viewers.push_back(std::make_unique<Connection>(port));
    given += viewers.back()->upgrade("/run/" + std::to_string(id) + "/live") ? 1 : 0;
    if (k % 10 == 9) viewers[static_cast<std::size_t>(k) - 5].reset();  // one of ten goes without a word
  }
  CHECK(given == 1000);
  // One of ten never reads; the others do.
  std::size_t messages = 0;
  for (int turn = 0; turn < 2000; ++turn) {
    std::vector<pollfd> watched;
    std::vector<std::size_t> which;
    for (std::size_t k = 0; k < viewers.size(); ++k)
      if (viewers[k] != nullptr && k % 10 != 0) {
        watched.push_back({viewers[k]->socket(), POLLIN, 0});
        which.push_back(k);
      }
    if (poll(watched.data(), watched.size(), 20) < 0) break;
    for (std::size_t w = 0; w < watched.size(); ++w)
      if (watched[w].revents != 0) messages += viewers[which[w]]->read(0.001, 1).empty() ? 0 : 1;
    if (turn % 20 == 0 && look(port, id)["state"] == "done") break;
  }
  REQUIRE(ends(port, id, "done"));
  CHECK(messages > 1000);
  CHECK(http_get(port, "/").status == 200);
  CHECK(server.memory_bytes() < std::size_t{300} << 20);
  folder.write("alone.yaml", kLong);
  const ProgramResult alone = run_program({"run", "alone.yaml", "--no-trace"}, in(folder));
  CHECK(digest_in(look(port, id)["log"]) == digest_in(alone.output));
  CHECK(digest_in(alone.output).size() == 32);
}

TEST_CASE("serve: in Chromium a run is started from the list, drawn while it goes, cancelled and reported") {
  const auto browser = Browser::start();
  if (browser == nullptr) {
    MESSAGE("skipped: there is no Chromium here");
    return;
  }
  const TemporaryDirectory folder;
  const ServedProgram server(folder.file("results"));
  const std::string here = "http://127.0.0.1:" + std::to_string(server.port());
  const auto becomes = [&](const std::string& condition) {
    return soon([&] {
      return browser->evaluate("(() => { try { return (" + condition + ") ? true : false; } catch (error) { return false; } })()") ==
             "true";
    });
  };
  browser->size(1280, 900);
  browser->open(here + "/", "document.querySelectorAll('#scenario option').length > 20");
  browser->evaluate("document.getElementById('text').value = " + Json(kEndless).dump() + "; document.getElementById('send').click()");
  REQUIRE(becomes("location.pathname === '/run/1' && document.getElementById('facts').textContent.includes('events')"));
  // The heat map has colours, and a link under the pointer has a name.
  REQUIRE(
      becomes("(() => { const heat = document.getElementById('heat'); const data = heat.getContext('2d').getImageData(0, 0, heat.width, "
              "heat.height).data;"
              " return new Set(Array.from({length: heat.height}, (_, y) => data[4 * (y * heat.width + heat.width - 2)])).size > 1; })()"));
  CHECK(becomes("document.getElementById('cancel').disabled === false"));
  browser->evaluate("document.getElementById('cancel').click()");
  REQUIRE(becomes("document.getElementById('say').textContent.startsWith('cancelled')"));
  CHECK(becomes("document.getElementById('links').textContent.includes('report')"));
  CHECK(browser->problems().empty());
  for (const std::string& request : browser->requests())
    CHECK_MESSAGE((request.find("127.0.0.1") != std::string::npos || request.starts_with("data:")), request);
  // The report is a page of its own, which can reach nothing here.
  browser->open(here + "/report/" + look(server.port(), 1)["trace"].get<std::string>(),
                "document.querySelector('h1') !== null && document.getElementById('loading') === null");
  CHECK(browser->evaluate("(() => { try { return document.cookie + localStorage.length; } catch (error) { return 'sandboxed'; } })()") ==
        "\"sandboxed\"");
  for (const std::string& problem : browser->problems()) CHECK_MESSAGE(problem.empty(), problem);
}

TEST_CASE("serve: a live feed whose reader is gone or asleep changes no result") {
  const TemporaryDirectory folder;
  folder.write("a.yaml", kShort);
  const std::string program_path = program();
  const auto with = [&](const std::string& shell) {
    return run_command({"bash", "-c", "\"$0\" run a.yaml --no-trace --live 5 " + shell, program_path}, in(folder));
  };
  const std::string alone = digest_in(run_program({"run", "a.yaml", "--no-trace"}, in(folder)).output);
  const ProgramResult gone = with("5> >(exit)");
  CHECK(gone.exit_code == 0);
  CHECK(digest_in(gone.output) == alone);
  const ProgramResult asleep = with("5> >(sleep 3)");
  CHECK(asleep.exit_code == 0);
  CHECK(digest_in(asleep.output) == alone);
  CHECK(alone.size() == 32);
  CHECK(run_program({"run", "a.yaml", "--no-trace", "--live", "77"}, in(folder)).exit_code == 0);  // no such descriptor: no feed
}

}  // namespace eastwest::tests
