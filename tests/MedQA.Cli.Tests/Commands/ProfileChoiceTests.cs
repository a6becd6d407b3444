using MedQA.Cli.Commands;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using Spectre.Console.Testing;

namespace MedQA.Cli.Tests.Commands;

public sealed class ProfileChoiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-profiles-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static HostConsole Console => new(new TestConsole(), new TestConsole());

    private HostSettings Settings => new() { DataFolder = Path.Combine(_folder, "data") };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Other_samples_and_another_seed_give_a_profile_a_name_and_leave_nothing_behind()
    {
        var varied = await ChooseAsync(null, 5, 7);
        Assert.Equal(("self-consistency-samples-5-seed-7", 5, 7L), (varied.Name, varied.Samples, varied.Seed));
        Assert.Equal(BuiltInProfiles.Find("self-consistency")!.Instruction, varied.Instruction);
        Assert.Equal(CanonicalJson.Of(varied), CanonicalJson.Of(await ChooseAsync(varied.Name)));
        Assert.Equal("self-consistency", (await ChooseAsync("self-consistency", 11, 1)).Name);
        Assert.Equal("mine-seed-8", (await ChooseAsync(Write("""{ "name": "mine", "strategy": "few-shot" }"""), null, 8)).Name);
        Assert.False(Directory.Exists(Settings.DataFolder));
    }

    [Fact]
    public async Task Profiles_that_earlier_versions_saved_are_found_and_their_variations_not_listed()
    {
        var saved = Directory.CreateDirectory(Path.Combine(Settings.DataFolder, "profiles")).FullName;
        File.WriteAllText(Path.Combine(saved, "mine.json"), """{ "name": "mine", "strategy": "few-shot", "exemplars": 1 }""");
        File.WriteAllBytes(Path.Combine(saved, "self-consistency-samples-3.json"), CanonicalJson.Of(BuiltInProfiles.Default with { Name = "self-consistency-samples-3", Samples = 3 }));
        Assert.Equal(1, (await ChooseAsync("mine")).Exemplars);
        Assert.Equal(3, (await ChooseAsync("self-consistency-samples-3")).Samples);
        Assert.Equal([.. BuiltInProfiles.All.Select(static profile => profile.Name), "mine"], await ProfileFolders.Open(Settings).NamesAsync(Cancel));
    }

    [Fact]
    public async Task The_settings_folder_is_searched_too()
    {
        Write("""{ "name": "mine", "strategy": "few-shot" }""");
        var settings = Settings with { ProfilesFolder = _folder };
        Assert.Equal("mine", (await ProfileChoice.Of("mine", null, null).ChooseAsync(settings, Console, Cancel)).Name);
        Assert.Contains("mine", await ProfileFolders.Open(settings).NamesAsync(Cancel));
    }

    [Fact]
    public async Task A_model_brings_profiles_that_go_before_the_built_in_ones()
    {
        var reasoner = Settings with { Model = "reasoner" };
        var greedy = await ProfileChoice.Of("chain-of-thought", null, null).ChooseAsync(reasoner, Console, Cancel);
        var voted = await ProfileChoice.Of(null, null, null).ChooseAsync(reasoner, Console, Cancel);
        Assert.Equal((PromptFormat.Completion, 1, 0.0), (greedy.Format, greedy.Samples, greedy.Temperature));
        Assert.Equal((PromptFormat.Completion, 11, 0.7), (voted.Format, voted.Samples, voted.Temperature));
        Assert.Equal(BuiltInProfiles.All.Select(static profile => profile.Name), await ProfileFolders.Open(reasoner).NamesAsync(Cancel));
        Assert.Equal(PromptFormat.Chat, (await ProfileChoice.Of(null, null, null).ChooseAsync(Settings, Console, Cancel)).Format);

        // What the person's own folder says counts more, and a model that is not there brings none.
        File.WriteAllText(Path.Combine(_folder, "self-consistency.json"), """{ "name": "self-consistency", "strategy": "self-consistency", "samples": 3 }""");
        Assert.Equal(3, (await ProfileChoice.Of(null, null, null).ChooseAsync(reasoner with { ProfilesFolder = _folder }, Console, Cancel)).Samples);
        Assert.Equal(PromptFormat.Chat, (await ProfileChoice.Of(null, null, null).ChooseAsync(Settings with { Model = "gone" }, Console, Cancel)).Format);
    }

    [Fact]
    public async Task What_cannot_be_used_is_said()
    {
        Assert.StartsWith("No profile 'none'. Profiles: few-shot, ", await RefusedAsync("none"), StringComparison.Ordinal);
        Assert.StartsWith("No profile 'few-shoot' (did you mean few-shot?). Profiles: few-shot, ", await RefusedAsync("few-shoot"), StringComparison.Ordinal);
        Assert.StartsWith("No profile file none.json", await RefusedAsync("none.json"), StringComparison.Ordinal);
        Assert.Contains("takes exactly 1", await RefusedAsync("few-shot", 5), StringComparison.Ordinal);
        var path = Write("""{ "name": "few-shot", "strategy": "few-shot" }""");
        Assert.Contains("is the name of a built-in profile", await RefusedAsync(path), StringComparison.Ordinal);
        Assert.Contains("\"exemplar\" is an unknown field", await RefusedAsync(Write("""{ "name": "mine", "strategy": "few-shot", "exemplar": 1 }""")), StringComparison.Ordinal);
    }

    private async Task<string> RefusedAsync(string nameOrFile, int? samples = null) =>
        (await Assert.ThrowsAsync<InputException>(() => ChooseAsync(nameOrFile, samples))).Message;

    private Task<Profile> ChooseAsync(string? nameOrFile, int? samples = null, long? seed = null) =>
        ProfileChoice.Of(nameOrFile, samples, seed).ChooseAsync(Settings, Console, Cancel);

    private string Write(string json)
    {
        var path = Path.Combine(_folder, "mine.json");
        File.WriteAllText(path, json);
        return path;
    }
}
