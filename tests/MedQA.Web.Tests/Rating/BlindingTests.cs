using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MedQA.Client;
using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Rating;
using MedQA.Pipeline.Studies;

namespace MedQA.Web.Tests.Rating;

/// <summary>
/// What an adversary did: with the study's public seed and all that the interface gives a rater, say which source is shown first.
/// </summary>
public sealed class BlindingTests(AzuriteFixture azurite)
{
    private const int Questions = 60;
    private const int Raters = 4;
    private const int Pairs = Questions * Raters;

    /// <summary>
    /// A coin says the side of a pair as often as this, or more often, in 1 of 15,000 tries of 240 pairs (4 standard deviations).
    /// </summary>
    private const int Chance = 31;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_the_public_seed_and_all_that_a_rater_is_given_the_order_of_sources_is_guessed_as_a_coin_does()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), random: new CountedRandom(1));
        var (study, name, tokens) = await server.StudyAsync(Compared());
        var seen = await SeenAsync(server, name, tokens);
        Assert.Equal(Pairs, seen.Count);
        Assert.All(Guesses(study, tokens),
            guess => Assert.InRange(seen.Count(pair => guess.IsFirst(pair) == pair.IsFirst), (Pairs / 2) - Chance, (Pairs / 2) + Chance));
        for (var rater = 1; rater <= Raters; rater++)
        {
            Assert.InRange(AtTheirPlaces(seen, rater), 0, 6);
        }
    }

    [Fact]
    public async Task A_study_of_an_earlier_version_opens_as_it_was_drawn_and_its_report_says_that_this_could_be_computed()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), random: new CountedRandom(1));
        var (_, name, tokens) = await server.StudyAsync(Compared());
        Assert.DoesNotContain("computable", await server.Client.GetStringAsync($"/api/studies/{name}/report", Cancel),
            StringComparison.Ordinal);
        var manifest = (await ReadAsync(server, name, "study.json"))!.AsObject();
        Assert.True(manifest.Remove("isBlindedBySecret"));
        await WriteAsync(server, name, "study.json", manifest);
        await WriteAsync(server, name, "queues.json", new JsonObject
        {
            ["raters"] = new JsonObject(Enumerable.Range(0, Raters)
                .Select(static rater =>
                KeyValuePair.Create($"r{rater + 1}", (JsonNode?)new JsonArray([.. Earlier.Queue(rater).Select(question => new JsonObject
            {
                ["answers"] = Earlier.IsFirst($"r{rater + 1}", question) ? new JsonArray(2 * question, (2 * question) + 1)
                    : new JsonArray((2 * question) + 1, 2 * question),
                ["isPilot"] = false,
            })])))),
        });
        await server.Storage.Studies.GetBlobClient($"{name}/blinding.json").DeleteAsync(cancellationToken: Cancel);

        // Another process, which has not seen the study before.
        await using var later = await ApiServer.StartAsync(server.ConnectionString);
        var seen = await SeenAsync(later, name, tokens);
        Assert.All(seen, static pair => Assert.Equal(Earlier.IsFirst(pair.Rater, pair.Question), pair.IsFirst));
        Assert.Equal(Questions, AtTheirPlaces(seen, 1));
        foreach (var format in (string[])["application/json", "text/markdown", "text/html", "application/vnd.medqa.sections+json"])
        {
            var (response, _) = await later.GetAsync($"/api/studies/{name}/report", format);
            Assert.Contains("The blinding was computable", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        Assert.Equal(204, (int)(await later.SendAsync(HttpMethod.Delete, $"/api/studies/{name}")).Response.StatusCode);
        Assert.Empty(await later.Storage.Studies.GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task What_is_drawn_is_what_the_stored_secret_gives_whatever_the_seed_is()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), random: new CountedRandom(1));
        var (_, first, tokens) = await server.StudyAsync(Compared());
        var (_, second, others) = await server.StudyAsync(Compared());
        var (one, other) = (await SeenAsync(server, first, tokens), await SeenAsync(server, second, others));
        Assert.NotEqual(one.Select(static pair => pair.Question), other.Select(static pair => pair.Question));
        Assert.InRange(one.OrderBy(KeyOf).Zip(other.OrderBy(KeyOf)).Count(static pair => pair.First.IsFirst == pair.Second.IsFirst),
            (Pairs / 2) - Chance, (Pairs / 2) + Chance);

        var secret = new BlindingSecret((await ReadAsync(server, first, "blinding.json"))!["secret"]!.GetValue<JsonElement>()
            .GetBytesFromBase64());
        Assert.All(one,
            pair => Assert.Equal(pair.IsFirst,
            StudyAssignment.Sides(pair.Rater, 2 * pair.Question, (2 * pair.Question) + 1, secret).First % 2 == 0));
        var queues = StudyAssignment.Assign([.. Enumerable.Range(0, Questions)], Raters, Raters, 0, secret);
        Assert.Equal(queues.SelectMany(static queue => queue).Select(static entry => entry.Unit), one.Select(static pair => pair.Question));

        static (string, int) KeyOf(Pair pair) => (pair.Rater, pair.Question);
    }

    [Fact]
    public async Task The_secret_is_stored_once_and_leaves_the_service_in_nothing()
    {
        var drawn = new CountedRandom(9);
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), random: drawn);
        var (study, name, tokens) = await server.StudyAsync(Compared());
        var secret = Assert.Single(drawn.Drawn);
        Assert.Equal(16, secret.Length);
        string[] spellings = [Convert.ToHexStringLower(secret), Convert.ToBase64String(secret).TrimEnd('='),
            System.Buffers.Text.Base64Url.EncodeToString(secret), string.Join(',', secret), "blinding.json"];
        var given = new StringBuilder(study.ToString());
        foreach (var token in tokens)
        {
            given.Append(await server.BeginAsync(token));
        }

        await server.ClickAsync(tokens[0], StudyCalls.Choice(0, "consensus", "first", DateTimeOffset.UtcNow));
        foreach (var (address, formats) in ((string, string[])[])
        [
            ("/api/studies", ["application/json"]), ($"/api/studies/{name}", ["application/json"]),
                ($"/api/studies/{name}/raters", ["application/json"]), ("/openapi/v1.json", ["application/json"]),
                ("/healthz", ["application/json"]),
            ($"/api/studies/{name}/report", ["application/json", "text/markdown", "text/html", "application/vnd.medqa.sections+json"]),
                ($"/api/studies/{name}/ratings", ["application/x-ndjson", "text/csv", "application/vnd.apache.parquet"]),
            ($"/api/studies/{name}/ratings?history=true", ["text/csv"]), ($"/api/studies/{name}/blinding.json", ["*/*"]),
                ($"/api/runs/{name}/files/blinding.json", ["*/*"]),
        ])
        {
            foreach (var format in formats)
            {
                var (response, _) = await server.GetAsync(address, format);
                given.Append(response.Headers).Append(response.Content.Headers)
                    .Append(Encoding.Latin1.GetString(await response.Content.ReadAsByteArrayAsync(Cancel)));
            }
        }

        Assert.Contains("consensus", given.ToString(), StringComparison.Ordinal);
        Assert.All(spellings, spelling => Assert.DoesNotContain(spelling, given.ToString(), StringComparison.OrdinalIgnoreCase));

        var holders = new List<string>();
        await foreach (var blob in server.Storage.Studies.GetBlobsAsync(cancellationToken: Cancel))
        {
            var content = (await server.Storage.Studies.GetBlobClient(blob.Name).DownloadContentAsync(Cancel)).Value.Content.ToString();
            holders.AddRange(spellings.Any(spelling => content.Contains(spelling, StringComparison.OrdinalIgnoreCase)) ? [blob.Name]
                : Array.Empty<string>());
        }

        Assert.Equal([$"{name}/blinding.json"], holders);

        // Nothing that is serialized, shown or given to a client can hold it.
        Assert.All(
            new[] { typeof(StudyResource).Assembly, typeof(Api).Assembly, typeof(MedQAClient).Assembly,
                typeof(Study).Assembly }.SelectMany(static assembly => assembly.GetExportedTypes())
                .SelectMany(static type => type.GetProperties()),
            static property => Assert.False(property.PropertyType == typeof(BlindingSecret), $"{property.DeclaringType}.{property.Name}"));
    }

    [Fact]
    public async Task Nothing_unseen_in_a_text_tells_a_file_from_a_model()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, _, tokens) = await server.StudyAsync(new
        {
            name = "Marks",
            rubric = "pairwise-9",
            sources = new object[]
            {
                new { name = "model", csv = "question,answer\nHow long does a cold last?,\"A week.\n\nRest helps.\"\n",
                    fileName = "a.csv" },
                new { name = "people",
                    csv = "question,answer\r\nHow long does a cold last?,\"\uFEFFA\u00A0week. \t\r\n\r\nRest\u200B helps.\u2060 \"\r\n",
                    fileName = "b.csv" },
            },
            raters = new[] { "Ann" },
        });
        var shown = (await server.BeginAsync(tokens[0])).GetProperty("answers")[0].GetProperty("answers");
        Assert.Equal("A week.\n\nRest helps.", shown[0].GetString());
        Assert.Equal(shown[0].GetString(), shown[1].GetString());
    }

    private static object Compared() => new
    {
        name = "Compared",
        rubric = "pairwise-9",
        sources = StudyCalls.Sources.Take(2)
            .Select(static source => new { name = source, csv = StudyCalls.Csv(source, Questions), fileName = "answers.csv" }),
        raters = Enumerable.Range(1, Raters).Select(static number => $"Participant {number}"),
        ratersPerAnswer = Raters,
        seed = Earlier.Seed,
    };

    /// <summary>Every pair as its rater sees it. The letter at an answer's end says the truth, which no guess may look at.</summary>
    private static async Task<List<Pair>> SeenAsync(ApiServer server, string study, string[] tokens)
    {
        var seen = new List<Pair>();
        for (var rater = 0; rater < tokens.Length; rater++)
        {
            var queue = await server.BeginAsync(tokens[rater]);
            foreach (var entry in queue.GetProperty("answers").EnumerateArray())
            {
                var answers = entry.GetProperty("answers").EnumerateArray().Select(static text => text.GetString()!).ToArray();
                var question = int.Parse(entry.GetProperty("question").GetString()!.Split(' ')[^1].TrimEnd('?'),
                    CultureInfo.InvariantCulture) - 1;
                seen.Add(new Pair(study, $"r{rater + 1}", entry.GetProperty("place").GetInt32(), question, answers[0].EndsWith('x')));
            }
        }

        return seen;
    }

    /// <summary>How many questions a rater meets where an adversary says.</summary>
    private static int AtTheirPlaces(List<Pair> seen, int rater) =>
        seen.Where(pair => pair.Rater == $"r{rater}").Zip(Earlier.Queue(rater - 1))
            .Count(static pair => pair.First.Question == pair.Second);

    /// <summary>
    /// Ways to say whether the first source is shown first, from what is public and what a rater is given: the seed in the way of earlier
    /// versions, secrets made of what is known, and plain habits.
    /// </summary>
    private static List<Guess> Guesses(JsonElement study, string[] tokens)
    {
        var name = study.GetProperty("study").GetString()!;
        var created = study.GetProperty("created").GetDateTimeOffset();
        List<(string From, byte[] Bytes)> secrets =
        [
            ("nothing", []), ("the seed", BitConverter.GetBytes(Earlier.Seed)),
                ("the seed in words", Encoding.UTF8.GetBytes($"{Earlier.Seed}")), ("the name", Encoding.UTF8.GetBytes(name)),
                ("the name and the seed", Encoding.UTF8.GetBytes($"{name}{Earlier.Seed}")),
            ("the moment", BitConverter.GetBytes(created.UtcTicks)), ("the second", BitConverter.GetBytes(created.ToUnixTimeSeconds())),
                ("the study", Encoding.UTF8.GetBytes(study.ToString())),
            .. tokens.Select(static token => ("a link", Encoding.UTF8.GetBytes(token))),
                .. tokens.Select(static token =>
                ("a link's secret", System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('-', 3)[2]))),
        ];
        return
        [
            new("the seed as earlier versions used it", static pair => Earlier.IsFirst(pair.Rater, pair.Question)),
            new("the seed for all raters alike", static pair => Earlier.IsFirst("r1", pair.Question)),
            new("the seed by place", static pair => Earlier.IsFirst(pair.Rater, pair.Place)),
            new("always", static _ => true),
            new("by place", static pair => pair.Place % 2 == 0),
            new("by question", static pair => pair.Question % 2 == 0),
            new("by half of the queue", static pair => pair.Place < Questions / 2),
            new("by rater and place", static pair => (pair.Place + pair.Rater[1]) % 2 == 0),
            .. secrets.SelectMany(static secret => (Guess[])
            [
                Of($"a secret of {secret.From}", [.. secret.Bytes.Concat(new byte[16]).Take(16)]),
                Of($"a secret of the hash of {secret.From}", SHA256.HashData(secret.Bytes)[..16]),
            ]),
        ];

        static Guess Of(string what, byte[] bytes) =>
            new(what, pair =>
            StudyAssignment.Sides(pair.Rater, 2 * pair.Question, (2 * pair.Question) + 1, new BlindingSecret(bytes)).First % 2 == 0);
    }

    private static async Task<JsonNode?> ReadAsync(ApiServer server, string study, string name) =>
        JsonNode.Parse((await server.Storage.Studies.GetBlobClient($"{study}/{name}").DownloadContentAsync(Cancel)).Value.Content);

    private static Task WriteAsync(ApiServer server, string study, string name, JsonNode content) =>
        server.Storage.Studies.GetBlobClient($"{study}/{name}")
            .UploadAsync(BinaryData.FromString(content.ToJsonString()), overwrite: true, Cancel);

    /// <summary>A pair as a rater sees it.</summary>
    /// <param name="Study">The study.</param>
    /// <param name="Rater">The rater.</param>
    /// <param name="Place">The place in the rater's queue.</param>
    /// <param name="Question">The question's place in the files.</param>
    /// <param name="IsFirst">Whether the first source is shown first.</param>
    private sealed record Pair(string Study, string Rater, int Place, int Question, bool IsFirst);

    private sealed record Guess(string What, Func<Pair, bool> IsFirst);

    /// <summary>How earlier versions drew, from the seed alone, where every rater rates every pair.</summary>
    private static class Earlier
    {
        public const long Seed = 1;

        public static bool IsFirst(string rater, int question) =>
            RandomStream.For("study-side", Seed, rater, "").Uniform(2 * question, (2 * question) + 1) >= 0.5;

        public static ImmutableArray<int> Queue(int rater) =>
            Shuffled(Shuffled(Enumerable.Range(0, Questions), "study-units", ""), "study-order", $"{rater}");

        private static ImmutableArray<int> Shuffled(IEnumerable<int> items, string purpose, string name)
        {
            var stream = RandomStream.For(purpose, Seed, "", name);
            return [.. items.Select((item, place) => (item, chance: stream.Uniform(place))).OrderBy(static pair => pair.chance)
                .Select(static pair => pair.item)];
        }
    }

    /// <summary>Bits that a test can have again.</summary>
    private sealed class CountedRandom(int seed) : RandomNumberGenerator
    {
        private readonly List<byte[]> _drawn = [];

        public IReadOnlyList<byte[]> Drawn => _drawn;

        public override void GetBytes(byte[] data)
        {
            SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {_drawn.Count}")).AsSpan(0, data.Length).CopyTo(data);
            _drawn.Add([.. data]);
        }
    }
}
