// Verifies what Strongroom's evidence library wrote, by the packages that Go's checksum database is built on. It shares
// no code with Strongroom; says nothing and exits 0 when all holds, says why and exits 1 otherwise.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const usage = `usage:
  verifier note CHECKPOINT VKEY...                            every key signed, Ed25519 (1) or cosignature/v1 (4)
  verifier inclusion PROOF ENTRY VKEY                         PROOF is a tlog-proof, ENTRY the entry's bytes
  verifier consistency OLD_CHECKPOINT CHECKPOINT PROOF VKEY   PROOF has a hash in base64 a line
  verifier tiles FOLDER CHECKPOINT VKEY                       all leaves, from the tlog-tiles below FOLDER`

// open verifies a checkpoint that every key must have signed.
func open(text []byte, keys ...string) (tlog.Tree, error) {
	var verifiers []note.Verifier
	for _, key := range keys {
		verifier, err := newVerifier(key)
		if err != nil {
			return tlog.Tree{}, err
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open(text, note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.Sigs) != len(keys) {
		return tlog.Tree{}, errors.New("a key did not sign")
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifiers[0].Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func openFile(path string, keys ...string) (tlog.Tree, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	return open(text, keys...)
}

func parseHashes(lines string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range strings.Fields(lines) {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func checkInclusion(proofPath, entryPath, key string) error {
	text, err := os.ReadFile(proofPath)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return err
	}
	head, checkpoint, found := strings.Cut(string(text), "\n\n")
	lines := strings.SplitN(head+"\n", "\n", 3)
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("not a tlog-proof without extra data")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	hashes, err := parseHashes(lines[2])
	if err != nil {
		return err
	}
	tree, err := open([]byte(checkpoint), key)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

func checkConsistency(oldPath, path, proofPath, key string) error {
	old, err := openFile(oldPath, key)
	if err != nil {
		return err
	}
	tree, err := openFile(path, key)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(proofPath)
	if err != nil {
		return err
	}
	hashes, err := parseHashes(string(text))
	if err != nil {
		return err
	}
	return tlog.CheckTree(hashes, tree.N, tree.Hash, old.N, old.Hash)
}

// tiles reads a folder of C2SP tlog-tiles, whose paths lack the height that Go's have.
type tiles string

func (folder tiles) Height() int { return 8 }

func (folder tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(string(folder), path))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (folder tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// checkTiles reads every leaf hash; the reader proves each tile to be part of the tree before it gives a hash of it.
func checkTiles(folder, path, key string) error {
	tree, err := openFile(path, key)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, tiles(folder))
	var leaves []int64
	for n := int64(0); n < tree.N; n++ {
		leaves = append(leaves, tlog.StoredHashIndex(0, n))
	}
	if _, err := reader.ReadHashes(leaves); err != nil {
		return err
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err == nil && root != tree.Hash {
		err = errors.New("the tiles lead to another root")
	}
	return err
}

func run(arguments []string) error {
	switch {
	case len(arguments) >= 3 && arguments[0] == "note":
		_, err := openFile(arguments[1], arguments[2:]...)
		return err
	case len(arguments) == 4 && arguments[0] == "inclusion":
		return checkInclusion(arguments[1], arguments[2], arguments[3])
	case len(arguments) == 5 && arguments[0] == "consistency":
		return checkConsistency(arguments[1], arguments[2], arguments[3], arguments[4])
	case len(arguments) == 4 && arguments[0] == "tiles":
		return checkTiles(arguments[1], arguments[2], arguments[3])
	}
	return errors.New(usage)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
