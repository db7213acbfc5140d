// The part of SecretService that looks at many secrets at once.
#include <algorithm>
#include <cstdlib>

#include <utf8proc.h>

#include "daemon/secrets/secret_service.h"

namespace strongroom::secrets {

namespace wire = protocol::secret;

namespace {

constexpr std::size_t k_page = 1000;  // secrets between two looks at whether to go on

// Without case (Unicode, section 3.13): "Straße" and "STRASSE" become the same.
std::string folded(std::string_view text) {
  std::string out(text);
  const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) {
    for (char& c : out)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
  }
  utf8proc_uint8_t* made = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &made, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
  if (size >= 0) out.assign(reinterpret_cast<const char*>(made), static_cast<std::size_t>(size));
  std::free(made);
  return out;
}

// What is asked, prepared once.
struct Question {
  explicit Question(const wire::SearchRequest& r) : request(r), text(folded(r.text.value_or(""))) {}

  bool matches_text(const Head& head) const {
    const auto has = [&](std::string_view in) { return folded(in).find(text) != std::string::npos; };
    return text.empty() || has(head.path) || std::ranges::any_of(head.labels, has);
  }

  bool matches(const Head& head, std::int64_t last_read_ms) const {
    const Version& current = head.current();
    if ((current.deleted_ms != 0 || current.destroyed) && !request.deleted.value_or(false)) return false;
    if (request.cursor && head.path <= *request.cursor) return false;
    if (request.labels)
      for (const auto& label : *request.labels)
        if (!std::ranges::binary_search(head.labels, label)) return false;
    if (request.not_read_since_ms && std::max(last_read_ms, current.created_ms) >= *request.not_read_since_ms)
      return false;
    if (request.expires_before_ms && (current.expires_ms == 0 || current.expires_ms >= *request.expires_before_ms))
      return false;
    return matches_text(head);
  }

  const wire::SearchRequest& request;
  std::string text;
};

wire::FoundSecret shown(Head&& head, std::int64_t last_read_ms) {
  const Version& current = head.current();
  wire::FoundSecret found{.path = std::move(head.path),
                          .version = static_cast<std::int64_t>(current.number),
                          .updated_ms = head.updated_ms};
  if (last_read_ms != 0) found.last_read_ms = last_read_ms;
  if (current.expires_ms != 0) found.expires_ms = current.expires_ms;
  if (current.deleted_ms != 0 || current.destroyed) found.deleted = true;
  if (!head.labels.empty()) found.labels = std::move(head.labels);
  return found;
}

// The first `limit` by path of whatever is offered, and whether there were more. A heap with the last on top.
class FirstByPath {
 public:
  explicit FirstByPath(std::size_t limit) : limit_(limit) {}

  void offer(wire::FoundSecret&& found) {
    if (kept_.size() == limit_) {
      more_ = true;
      if (found.path >= kept_.front().path) return;
      std::ranges::pop_heap(kept_, {}, &wire::FoundSecret::path);
      kept_.back() = std::move(found);
    } else {
      kept_.push_back(std::move(found));
    }
    std::ranges::push_heap(kept_, {}, &wire::FoundSecret::path);
  }

  wire::SearchResponse take() && {
    std::ranges::sort_heap(kept_, {}, &wire::FoundSecret::path);
    wire::SearchResponse response;
    if (more_) response.cursor = kept_.back().path;
    response.secrets = std::move(kept_);
    return response;
  }

 private:
  std::size_t limit_;
  std::vector<wire::FoundSecret> kept_;
  bool more_ = false;
};

}  // namespace

void SecretService::handle(wire::Search, wire::SearchRequest&& request, Completion<wire::SearchResponse> completion) {
  const bool taken = run_slow_([this, request = std::move(request), completion] {
    store_.begin_batch();
    auto found = search(request);
    store_.end_batch();
    completion(std::move(found));
  });
  if (!taken) completion(make_error(ErrorCode::busy, "too many searches wait already", "searches"));
}

Result<wire::SearchResponse> SecretService::search(const wire::SearchRequest& request) {
  std::string folder = request.prefix.value_or("");
  if (folder.ends_with('/')) folder.pop_back();
  if (!folder.empty()) STRONGROOM_CHECK(Path::parse(folder));
  const Question question(request);
  FirstByPath found(static_cast<std::size_t>(request.limit.value_or(1000)));
  STRONGROOM_CHECK(read([&](store::ReadTransaction& transaction, Suspects& suspects) -> Status {
    std::string cursor;
    for (bool more = true; more;) {
      if (stopping_) return make_error(ErrorCode::cancelled, "the daemon is stopping");
      STRONGROOM_ASSIGN(auto page, repository_.list(transaction, folder, true, cursor, k_page, &suspects));
      more = page.more;
      if (more) cursor = page.entries.back().path;
      for (auto& entry : page.entries) {
        const std::int64_t read_at = std::max(entry.head->last_read_ms, read_times_.find(entry.path));
        if (question.matches(*entry.head, read_at)) found.offer(shown(std::move(*entry.head), read_at));
      }
    }
    return {};
  }));
  return std::move(found).take();
}

}  // namespace strongroom::secrets
