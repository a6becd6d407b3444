using System.Security.Cryptography;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.SoftPrompts;

namespace MedQA.Inference.Tests.SoftPrompts;

public sealed class SoftPromptFolderTests : IDisposable
{
    private static readonly string Fingerprint = new('a', 64);
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-prefix-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_prefix_that_is_written_is_read_again()
    {
        var written = Write();

        var read = SoftPromptFolder.Open(_folder);

        Assert.Equal(["manifest.json", "prefix.safetensors", "soft_prompt.safetensors"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(At("prefix.safetensors")))), read.Manifest.PrefixHash);
        Assert.Equal(written.Manifest.PrefixHash, read.Manifest.PrefixHash);
        Assert.Equal(("cardiology", 2, new SoftPromptModel(Fingerprint, "tiny"), 65), (read.Manifest.Name, read.Manifest.Length, read.Manifest.Model, read.Manifest.Data!.Exemplars));
        Assert.Equal(0.003, read.Manifest.Hyperparameters!["learningRate"].GetDouble());
        Assert.Equal([new(1, 7.5), new(2, 7.25, 7.0)], read.Manifest.Losses!.Value);
        var keyValues = ReadKeyValues(read);
        Assert.Equal((2, 1, 2, 2), (keyValues.Length, keyValues.KeyValueHeads, keyValues.HeadSize, keyValues.Layers));
        Assert.Equal([[0f, 1, 2, 3], [10f, 11, 12, 13], [20f, 21, 22, 23], [30f, 31, 32, 33]], keyValues.Tensors.AsEnumerable());
        using var softPrompt = SafetensorsReader.Open(At("soft_prompt.safetensors"), "Tune it again");
        Assert.Equal([2L, 3], softPrompt.Find("soft_prompt").Shape);
        Assert.Equal([1f, 2, 3, 4, 5, 6], softPrompt.ReadSingles("soft_prompt"));
    }

    [Fact]
    public void The_hash_is_that_of_the_numbers_and_not_of_the_name()
    {
        var hash = Write().Manifest.PrefixHash;

        Assert.Equal(hash, Write(Manifest() with { Name = "other" }).Manifest.PrefixHash);
        Assert.NotEqual(hash, Write(offset: 1).Manifest.PrefixHash);
    }

    [Fact]
    public void A_missing_folder_or_manifest_is_named()
    {
        Assert.Equal(At("nowhere"), Assert.Throws<UnusableException>(() => SoftPromptFolder.Open(At("nowhere"))).Location.Source);
        var manifest = Assert.Throws<UnusableException>(() => SoftPromptFolder.Open(_folder));
        Assert.StartsWith(At("manifest.json"), manifest.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_are_not_those_of_the_manifest_are_refused()
    {
        var folder = Write();
        var bytes = File.ReadAllBytes(At("prefix.safetensors"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(At("prefix.safetensors"), bytes);

        var exception = Assert.Throws<UnusableException>(() => ReadKeyValues(folder));

        Assert.Contains($"but {folder.Manifest.PrefixHash} is expected", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2", "it was written by a newer version of medqa (format 2; this one reads up to 1): update medqa")]
    [InlineData("\"length\": 2", "\"length\": 0", "must be 1 or more")]
    [InlineData("\"name\": \"cardiology\"", "\"name\": \" \"", "\"name\" is empty")]
    [InlineData("\"name\": \"cardiology\"", "\"nom\": \"cardiology\"", "it is not the JSON of a prefix's manifest")]
    [InlineData("\"fingerprint\": \"a", "\"fingerprint\": \"A", "\"model.fingerprint\" is not a SHA-256")]
    [InlineData("\"prefixHash\": \"", "\"prefixHash\": \"0", "\"prefixHash\" is not a SHA-256")]
    [InlineData("{", "", "it is not the JSON of a prefix's manifest")]
    public void A_damaged_manifest_is_refused(string from, string to, string problem)
    {
        Write();
        Change(from, to);

        var exception = Assert.Throws<UnusableException>(() => SoftPromptFolder.Open(_folder));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_refused() =>
        Assert.Contains("\"past_key_values.0.key\" has numbers that are not finite", Assert.Throws<UnusableException>(() => ReadKeyValues(Write(offset: float.NaN))).Message, StringComparison.Ordinal);

    [Fact]
    public void Numbers_that_the_manifest_does_not_state_are_not_written()
    {
        Assert.Throws<ArgumentException>(() => Write(Manifest() with { Layers = 3 }));
        Assert.Throws<ArgumentException>(() => Write(Manifest() with { Hidden = 4 }));
        Assert.False(File.Exists(At("manifest.json")));
    }

    private static SoftPromptKeyValues ReadKeyValues(SoftPromptFolder folder)
    {
        var file = Path.Combine(folder.Path, SoftPromptFiles.KeyValues);
        return SoftPromptFolder.ParseKeyValues(File.ReadAllBytes(file), folder.Manifest.PrefixHash, file);
    }

    private static SoftPromptManifest Manifest() => new()
    {
        Name = "cardiology",
        Length = 2,
        Model = new(Fingerprint, "tiny"),
        Layers = 2,
        KeyValueHeads = 1,
        HeadSize = 2,
        Hidden = 3,
        Data = new() { Hash = new('b', 64), Exemplars = 65 },
        Hyperparameters = System.Collections.Immutable.ImmutableSortedDictionary<string, JsonElement>.Empty.Add("learningRate", JsonElement.Parse("0.003")),
        Losses = [new(1, 7.5), new(2, 7.25, 7.0)],
    };

    private string At(string file) => Path.Combine(_folder, file);

    private void Change(string from, string to)
    {
        var text = File.ReadAllText(At("manifest.json"));
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(At("manifest.json"), string.Concat(text.AsSpan(0, text.IndexOf(from, StringComparison.Ordinal)), to, text.AsSpan(text.IndexOf(from, StringComparison.Ordinal) + from.Length)));
    }

    private SoftPromptFolder Write(SoftPromptManifest? manifest = null, float offset = 0) =>
        SoftPromptFolder.Write(_folder, manifest ?? Manifest(), new(2, 1, 2, [.. Enumerable.Range(0, 4).Select(tensor => Enumerable.Range(0, 4).Select(number => (10 * tensor) + number + offset).ToArray())]), new float[] { 1, 2, 3, 4, 5, 6 });
}
