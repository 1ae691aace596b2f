/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 in all call patterns: whole, bytewise, at every split, cloned in the middle, at every
 * alignment. Each expected digest has an independent source.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/sha256.h>

struct vector {
	const char *message; /* hexadecimal */
	const char *digest;
};

/*
 * NIST, CAVS 11.0, SHA256ShortMsg and SHA256LongMsg: lengths around words, blocks and the padding.
 * All vectors, whole: test_cavp.c.
 */
static const struct vector vectors[] = {
	{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"d3", "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
	{"11af", "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"},
	{"b4190e", "dff2e73091f6c05e528896c4c831b9448653dc2ff043528f6769437bc7b975c2"},
	{"74ba2521", "b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e"},
	{"5738c929c4f4ccb6", "963bb88f27f512777aab6c8b1a02c70ec0ad651d428f870036e1917120fb48bf"},
	{"9baf69cba317f422fe26a9a0",
	 "fe56287cd657e4afc50dba7a3a54c2a6324b886becdcd1fae473b769e551a09b"},
	{"0a27847cdc98bd6f62220b046edd762b",
	 "80c25ec1600587e7f28b18b1b18e3cdc89928e39cab3bc25e4d4a4c139bcedc4"},
	{"09fc1accc230a205e4a208e64a8f204291f581a12756392da4b8c0cf5ef02b95",
	 "4f44c1c7fbebb6f9601829f3897bfd650c56fa07844be76489076356ac1886a4"},
	{"0546f7b8682b5b95fd32385faf25854cb3f7b40cc8fa229fbd52b16934aab388a7",
	 "b31ad3cd02b10db282b3576c059b746fb24ca6f09fef69402dc90ece7421cbb7"},
	{"4e3d8ac36d61d9e51480831155b253b37969fe7ef49db3b39926f3a00b69a36774366000",
	 "bf9d5e5b5393053f055b380baed7e792ae85ad37c0ada5fd4519542ccc461cf3"},
	{"2d52447d1244d2ebc28650e7b05654bad35b3a68eedc7f8515306b496d75f3e73385dd1b00262502"
	 "4b81a02f2fd6dffb6e6d561cb7d0bd7a",
	 "cfb88d6faf2de3a69d36195acec2e255e2af2b7d933997f348e09f6ce5758360"},
	{"e2f76e97606a872e317439f1a03fcd92e632e5bd4e7cbc4e97f1afc19a16fde92d77cbe546416b51"
	 "640cddb92af996534dfd81edb17c4424cf1ac4d75aceeb",
	 "18041bd4665083001fba8c5411d2d748e8abbfdcdfd9218cb02b68a78e7d4c23"},
	{"5a86b737eaea8ee976a0a24da63e7ed7eefad18a101c1211e2b3650c5187c2a8a650547208251f6d"
	 "4237e661c7bf4c77f335390394c37fa1a9f9be836ac28509",
	 "42e61e174fbb3897d6dd6cef3dd2802fe67b331953b06114a65c772859dfc1aa"},
	{"451101250ec6f26652249d59dc974b7361d571a8101cdfd36aba3b5854d3ae086b5fdd4597721b66"
	 "e3c0dc5d8c606d9657d0e323283a5217d1f53f2f284f57b85c8a61ac8924711f895c5ed90ef17745"
	 "ed2d728abd22a5f7a13479a462d71b56c19a74a40b655c58edfe0a188ad2cf46cbf30524f65d423c"
	 "837dd1ff2bf462ac4198007345bb44dbb7b1c861298cdf61982a833afc728fae1eda2f87aa2c9480"
	 "858bec",
	 "3c593aa539fdcdae516cdf2f15000f6634185c88f505b39775fb9ab137a10aa2"},
};

/* FIPS 180-4's examples, as text. */
static const struct vector examples[] = {
	{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	 "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

#define MILLION_A "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

/*
 * From a separate program: SHA-256 of the digests of the first 0, 1, .. PATTERN_SIZE bytes of the
 * pattern, laid end to end.
 */
#define PATTERN_SIZE 300U
#define PATTERN_ROLL "00cd4875f719e143be3d62f3c801038b5d2fd39027977cb7f387fcea4ce05168"

/* And of "abc" behind 0x123456789ab blocks, as if they left the initial state unchanged. */
#define LONG_BLOCKS 0x123456789abULL
#define LONG_ABC    "e9ef65ec822279c36c802e89184ece8b746ecccda38fa88f8366215b2f7057b5"

struct message {
	uint8_t *bytes; /* from malloc, of exactly this size: the sanitizer sees an over-read */
	size_t size;
	const char *digest;
};

#define MESSAGE_COUNT                                                                              \
	(sizeof(vectors) / sizeof(vectors[0]) + sizeof(examples) / sizeof(examples[0]))

static struct message messages[MESSAGE_COUNT];

static uint8_t pattern_byte(size_t i)
{
	return (uint8_t)(i * 7 + i / 251);
}

static void assert_digest(const uint8_t digest[LETHE_SHA256_SIZE], const char *expected)
{
	char text[2 * LETHE_SHA256_SIZE + 1];

	for (size_t i = 0; i < LETHE_SHA256_SIZE; i++) {
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	}
	assert_string_equal(text, expected);
}

static void final_is(struct lethe_sha256 *sha, const char *expected)
{
	uint8_t digest[LETHE_SHA256_SIZE];

	lethe_sha256_final(sha, digest);
	assert_digest(digest, expected);
}

static int setup(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++, count++) {
		messages[count].size = strlen(vectors[i].message) / 2;
		messages[count].bytes = malloc(messages[count].size);
		messages[count].digest = vectors[i].digest;
		for (size_t j = 0; j < messages[count].size; j++) {
			unsigned int byte;

			sscanf(vectors[i].message + 2 * j, "%2x", &byte);
			messages[count].bytes[j] = (uint8_t)byte;
		}
	}
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++, count++) {
		messages[count].size = strlen(examples[i].message);
		messages[count].bytes = malloc(messages[count].size);
		messages[count].digest = examples[i].digest;
		memcpy(messages[count].bytes, examples[i].message, messages[count].size);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		free(messages[i].bytes);
	}
	return 0;
}

static void test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		struct lethe_sha256 sha;

		lethe_sha256_init(&sha);
		lethe_sha256_update(&sha, messages[i].bytes, messages[i].size);
		final_is(&sha, messages[i].digest);
	}
}

static void test_bytewise(void **state)
{
	(void)state;
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		struct lethe_sha256 sha;

		lethe_sha256_init(&sha);
		for (size_t j = 0; j < messages[i].size; j++) {
			lethe_sha256_update(&sha, messages[i].bytes + j, 1);
			lethe_sha256_update(&sha, NULL, 0);
		}
		final_is(&sha, messages[i].digest);
	}
}

/* Cut in three at each offset: the first cut leaves a partial block, the second fills or misses it.
 */
static void test_every_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		const struct message *message = &messages[i];

		for (size_t first = 0; first <= message->size; first++) {
			for (size_t second = first; second <= message->size; second++) {
				struct lethe_sha256 sha;

				lethe_sha256_init(&sha);
				lethe_sha256_update(&sha, message->bytes, first);
				lethe_sha256_update(&sha, message->bytes + first, second - first);
				lethe_sha256_update(&sha, message->bytes + second,
						    message->size - second);
				final_is(&sha, message->digest);
			}
		}
	}
}

static void test_clone(void **state)
{
	(void)state;
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		const struct message *message = &messages[i];

		for (size_t cut = 0; cut <= message->size; cut++) {
			struct lethe_sha256 sha;
			struct lethe_sha256 clone;

			lethe_sha256_init(&sha);
			lethe_sha256_update(&sha, message->bytes, cut);
			clone = sha;
			lethe_sha256_update(&sha, "something else", 14);
			lethe_sha256_update(&clone, message->bytes + cut, message->size - cut);
			final_is(&clone, message->digest);
		}
	}
}

static void test_init_again(void **state)
{
	struct lethe_sha256 sha;

	(void)state;
	memset(&sha, 0xa5, sizeof(sha));
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		lethe_sha256_init(&sha);
		lethe_sha256_update(&sha, messages[i].bytes, messages[i].size);
		final_is(&sha, messages[i].digest);
	}
}

static void test_million(void **state)
{
	static const size_t chunks[] = {1, 3, 55, 56, 63, 64, 65, 127, 128, 4096, 99991, 1000000};
	uint8_t *bytes = malloc(1000000);

	(void)state;
	memset(bytes, 'a', 1000000);
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		struct lethe_sha256 sha;
		size_t done = 0;

		lethe_sha256_init(&sha);
		while (done < 1000000) {
			size_t part = chunks[i] < 1000000 - done ? chunks[i] : 1000000 - done;

			lethe_sha256_update(&sha, bytes + done, part);
			done += part;
		}
		final_is(&sha, MILLION_A);
	}
	free(bytes);
}

/* Each alignment must see every length. */
static void test_every_alignment(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < 16; shift++) {
		struct lethe_sha256 roll;

		lethe_sha256_init(&roll);
		for (size_t size = 0; size <= PATTERN_SIZE; size++) {
			uint8_t *memory = malloc(shift + size);
			uint8_t digest[LETHE_SHA256_SIZE];
			struct lethe_sha256 sha;

			assert_int_equal((uintptr_t)memory & 15, 0);
			for (size_t i = 0; i < size; i++) {
				memory[shift + i] = pattern_byte(i);
			}
			lethe_sha256_init(&sha);
			lethe_sha256_update(&sha, memory + shift, size);
			lethe_sha256_final(&sha, digest);
			lethe_sha256_update(&roll, digest, sizeof(digest));
			free(memory);
		}
		final_is(&roll, PATTERN_ROLL);
	}
}

/* Lengths above 2^32 bits without hashing half a gigabyte: only the count differs. */
static void test_long_length(void **state)
{
	struct lethe_sha256 sha;

	(void)state;
	lethe_sha256_init(&sha);
	sha.bytes = LONG_BLOCKS * LETHE_SHA256_BLOCK;
	lethe_sha256_update(&sha, "abc", 3);
	final_is(&sha, LONG_ABC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),           cmocka_unit_test(test_bytewise),
		cmocka_unit_test(test_every_split),     cmocka_unit_test(test_clone),
		cmocka_unit_test(test_init_again),      cmocka_unit_test(test_million),
		cmocka_unit_test(test_every_alignment), cmocka_unit_test(test_long_length),
	};

	return cmocka_run_group_tests_name("sha256", tests, setup, teardown);
}
