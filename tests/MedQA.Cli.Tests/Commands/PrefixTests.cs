using MedQA.Inference.Models;
using MedQA.Inference.SoftPrompts;

namespace MedQA.Cli.Tests.Commands;

public sealed class PrefixTests
{
    private const int Length = 3;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LongFact]
    public async Task A_run_with_a_prefix_answers_otherwise_than_without_and_its_answers_can_be_verified()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var sums = medqa.Sums(3);
        await WriteAsync(medqa, "mine");

        var (code, _, notices) = await medqa.RunAsync("run", sums, "--profile", Profile(medqa, "plain", prefix: null));
        Assert.True(code == 0, notices);
        (code, _, notices) = await medqa.RunAsync("run", sums, "--profile", Profile(medqa, "tuned", "mine"), "--prefixes", "prefixes");
        Assert.True(code == 0, notices);

        var answers = new Dictionary<string, string>();
        foreach (var run in (await medqa.JsonAsync("results")).GetProperty("runs").EnumerateArray())
        {
            var name = run.GetProperty("run").GetString()!;
            await medqa.RunAsync("export", name, "--to", name);
            answers[run.GetProperty("profile").GetString()!] = await File.ReadAllTextAsync(Path.Combine(medqa.Folder, name, "answers.csv"), Cancel);
        }

        Assert.Equal(["plain", "tuned"], answers.Keys.Order());
        Assert.NotEqual(answers["plain"], answers["tuned"]);

        // The prefix comes from the storage now: the folder is not named.
        (code, var said, notices) = await medqa.RunAsync("verify", "latest");
        Assert.True(code == 0, said + notices);
    }

    [Fact]
    public async Task Prefixes_are_listed_with_what_keeps_them_from_being_used_and_a_run_refuses_those()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var sums = medqa.Sums(2);
        await WriteAsync(medqa, "mine");
        await WriteAsync(medqa, "other", fingerprint: new string('a', 64));
        await WriteAsync(medqa, "long", length: 1024);
        await WriteAsync(medqa, "torn");
        var (torn, numbers) = (Path.Combine(medqa.Folder, "prefixes", "torn", "manifest.json"), Path.Combine(medqa.Folder, "prefixes", "mine", "prefix.safetensors"));
        await File.WriteAllTextAsync(torn, (await File.ReadAllTextAsync(torn, Cancel))[..40], Cancel);

        var listed = (await medqa.JsonAsync("prefixes", "--prefixes", "prefixes")).EnumerateArray().ToDictionary(static prefix => prefix.GetProperty("name").GetString()!);
        Assert.Equal(["long", "mine", "other", "torn"], listed.Keys.Order());
        Assert.Equal((Length, "reasoner", 7), (listed["mine"].GetProperty("length").GetInt32(), listed["mine"].GetProperty("model").GetString(), listed["mine"].GetProperty("exemplars").GetInt32()));
        Assert.False(listed["mine"].TryGetProperty("problem", out _));
        Assert.StartsWith("prefix other was tuned for model reasoner with fingerprint aaa", listed["other"].GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains("virtual tokens, which leave no room for a prompt in the", listed["long"].GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains("is not the JSON of a prefix's manifest", listed["torn"].GetProperty("problem").GetString(), StringComparison.Ordinal);

        await File.AppendAllTextAsync(numbers, "x", Cancel);
        foreach (var (prefix, sentence) in new[] { ("mine", "prefix mine is damaged"), ("other", "prefix other was tuned for model reasoner with fingerprint aaa"), ("torn", "prefix torn cannot be used"), ("none", "'none'") })
        {
            var (code, output, notices) = await medqa.RunAsync("run", sums, "--profile", Profile(medqa, $"with-{prefix}", prefix), "--prefixes", "prefixes");
            Assert.True(code == 2, $"{prefix}: {code} {output} {notices}");
            Assert.Contains(sentence, notices, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_folder_of_prefixes_the_list_says_how_to_name_one()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var (code, _, notices) = await medqa.RunAsync("prefixes");
        Assert.Equal(2, code);
        Assert.Contains("with --prefixes or MEDQA_PREFIXES", notices, StringComparison.Ordinal);
        (code, _, notices) = await medqa.RunAsync("prefixes", "--prefixes", "nowhere");
        Assert.Equal(2, code);
        Assert.Contains("--prefixes is 'nowhere', but that folder", notices, StringComparison.Ordinal);
    }

    private static string Profile(MedqaProcess medqa, string name, string? prefix)
    {
        var path = Path.Combine(medqa.Folder, $"{name}.json");
        File.WriteAllText(path, $$"""
            {
              "name": "{{name}}", "strategy": "likelihood", "format": "completion", "instruction": "", "template": "Question: {question}\n(A) {a} (B) {b} (C) {c} (D) {d}\nExplanation:",
              "exemplarSet": null, "exemplars": 0, "prefix": {{(prefix is null ? "null" : $"\"{prefix}\"")}}
            }
            """);
        return path;
    }

    /// <summary>Writes a prefix of drawn numbers for the small reasoning model.</summary>
    private static async Task WriteAsync(MedqaProcess medqa, string name, string? fingerprint = null, int length = Length)
    {
        var model = ModelFolder.Open(Repository.PathOf("models", "reasoner"));
        var (random, layers, heads, headSize, hidden) = (new Random(1), model.Layers!.Value, model.KeyValueHeads!.Value, 32, 128);
        SoftPromptFolder.Write(
            Path.Combine(medqa.Folder, "prefixes", name),
            new()
            {
                Name = name,
                Length = length,
                Model = new(fingerprint ?? await model.FingerprintAsync(Cancel), model.Name),
                Layers = layers,
                KeyValueHeads = heads,
                HeadSize = headSize,
                Hidden = hidden,
                Data = new() { Hash = new('b', 64), Exemplars = 7 },
            },
            new(length, heads, headSize, [.. Enumerable.Range(0, 2 * layers).Select(_ => Numbers(length * heads * headSize))]),
            Numbers(length * hidden));

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
