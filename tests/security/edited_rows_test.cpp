// Rows exchanged, replayed, removed and added outside Strongroom: an error or a report, never another value.
#include <gtest/gtest.h>

#include "tests/security/edited_store.h"

namespace strongroom::tests {
namespace {

class EditedRows : public EditedStore {
 protected:
  void exchange(StoreFile& store, const RowId& a, const RowId& b) {
    const Rows all = store.rows();
    store.write(a, all.at(b));
    store.write(b, all.at(a));
  }

  // Version rows of alpha/large: the first and the second.
  std::vector<RowId> versions_of_large() {
    std::vector<RowId> ids;
    for (const auto& [id, content] : of_collection(rows(), 2))
      if (content.value.size() > 6000) ids.push_back(id);
    return ids;
  }

  // What only the comparison after an unlock can notice.
  void start_again() {
    if (GetParam() == Moment::stopped) return;
    daemon_.kill();
    daemon_.start();
  }

  RowId accumulator() { return {4, "accumulator"}; }
};

TEST_P(EditedRows, NothingIsReportedWhenNothingWasEdited) {
  edit([](StoreFile&) {});
  EXPECT_FALSE(judge());
}

TEST_P(EditedRows, HeadsExchangedInAFolderAreNoticed) {
  edit([&](StoreFile& store) { exchange(store, head_of("alpha/one"), head_of("alpha/two")); });
  expect_reported();
}

TEST_P(EditedRows, HeadsExchangedBetweenFoldersAreNoticed) {
  edit([&](StoreFile& store) { exchange(store, head_of("alpha/one"), head_of("beta/three")); });
  expect_reported();
}

TEST_P(EditedRows, AHeadPutInAnothersPlaceIsNoticed) {
  edit([&](StoreFile& store) { store.write(head_of("alpha/one"), store.rows().at(head_of("alpha/two"))); });
  expect_reported();
}

TEST_P(EditedRows, AReplayedHeadIsNoticed) {
  const RowContent older = rows().at(head_of("alpha/one"));
  write("alpha/one", "third");
  edit([&](StoreFile& store) { store.write(head_of("alpha/one"), older); });
  expect_reported();
}

TEST_P(EditedRows, AReplayedHeadUnderTheNewNumberIsNoticed) {
  RowContent older = rows().at(head_of("alpha/one"));
  write("alpha/one", "third");
  edit([&](StoreFile& store) {
    older.version = store.rows().at(head_of("alpha/one")).version;
    store.write(head_of("alpha/one"), older);
  });
  expect_reported();
}

TEST_P(EditedRows, AHeadReplayedWithItsVersionsIsNoticed) {
  const Rows older = rows();
  write("alpha/one", "third");
  write("alpha/large", std::string(7000, 'n'));
  edit([&](StoreFile& store) {
    const Rows newer = store.rows();
    for (const auto& [id, content] : changed_rows(older, newer))
      if (id.collection == 1 || id.collection == 2) store.erase(id);
    for (const auto& [id, content] : changed_rows(newer, older))
      if (id.collection == 1 || id.collection == 2) store.write(id, content);
  });
  expect_reported();
}

// The accumulator is older than what the untouched rows say.
TEST_P(EditedRows, AHeadReplayedWithItsAccumulatorIsNoticed) {
  const Rows older = rows();
  write("alpha/one", "third");
  write("beta/three", "third of beta/three");
  edit([&](StoreFile& store) {
    store.write(head_of("alpha/one"), older.at(head_of("alpha/one")));
    store.write(accumulator(), older.at(accumulator()));
  });
  expect_reported();
}

TEST_P(EditedRows, AReplayedAccumulatorIsNoticedAtTheNextUnlock) {
  const RowContent older = rows().at(accumulator());
  write("alpha/one", "third");
  edit([&](StoreFile& store) { store.write(accumulator(), older); });
  start_again();
  expect_reported();
}

TEST_P(EditedRows, ARemovedAccumulatorIsNoticedAtTheNextUnlock) {
  edit([&](StoreFile& store) { store.erase(accumulator()); });
  start_again();
  expect_reported();
}

TEST_P(EditedRows, ARemovedHeadIsNoticed) {
  edit([&](StoreFile& store) { store.erase(head_of("alpha/one")); });
  expect_reported();
}

TEST_P(EditedRows, ARemovedSecretIsNoticed) {
  edit([&](StoreFile& store) {
    store.erase(head_of("alpha/one"));
    store.erase(entry_of("alpha/one"));
  });
  expect_reported();
}

TEST_P(EditedRows, ARemovedEntryIsNoticedAtTheNextUnlock) {
  edit([&](StoreFile& store) { store.erase(entry_of("alpha/one")); });
  start_again();
  expect_reported();
}

TEST_P(EditedRows, ARemovedFolderEntryIsNoticedAtTheNextUnlock) {
  edit([&](StoreFile& store) {
    for (const auto& [id, content] : of_collection(store.rows(), 3))
      if (!content.value.empty()) store.erase(id);
  });
  start_again();
  expect_reported();
}

TEST_P(EditedRows, AnEntryAddedToAnotherFolderIsNoticed) {
  edit([&](StoreFile& store) {
    const std::string& own = entry_of("alpha/one").key;
    const std::string& other = entry_of("beta/three").key;
    store.write({3, other.substr(0, 32) + own.substr(32)}, {1, ""});
  });
  expect_reported();
}

TEST_P(EditedRows, AnEntryMovedToAnotherFolderIsNoticed) {
  edit([&](StoreFile& store) {
    const std::string& own = entry_of("alpha/one").key;
    const std::string& other = entry_of("beta/three").key;
    store.erase(entry_of("alpha/one"));
    store.write({3, other.substr(0, 32) + own.substr(32)}, {1, ""});
  });
  expect_reported();
}

TEST_P(EditedRows, AnEntryOfNothingIsNoticed) {
  edit([&](StoreFile& store) {
    store.write({3, entry_of("alpha/one").key.substr(0, 32) + std::string(32, 'x') + '\1'}, {1, ""});
  });
  expect_reported();
}

TEST_P(EditedRows, VersionsExchangedBetweenNumbersAreNoticed) {
  const auto ids = versions_of_large();
  ASSERT_EQ(ids.size(), 2u);
  edit([&](StoreFile& store) { exchange(store, ids[0], ids[1]); });
  expect_reported();
}

TEST_P(EditedRows, VersionsExchangedBetweenSecretsAreNoticed) {
  const Rows before = rows();
  write("beta/large", "first of beta/large " + std::string(6000, 'b'));
  const Rows added = of_collection(changed_rows(before, rows()), 2);
  ASSERT_EQ(added.size(), 1u);
  const auto ids = versions_of_large();
  const RowId other = added.begin()->first == ids[0] ? ids[1] : ids[0];
  edit([&](StoreFile& store) { exchange(store, other, added.begin()->first); });
  expect_reported();
}

TEST_P(EditedRows, ARemovedVersionIsNoticed) {
  edit([&](StoreFile& store) { store.erase(versions_of_large().front()); });
  expect_reported();
}

INSTANTIATE_TEST_SUITE_P(Edits, EditedRows, testing::Values(Moment::stopped, Moment::running), moment_name);

}  // namespace
}  // namespace strongroom::tests
