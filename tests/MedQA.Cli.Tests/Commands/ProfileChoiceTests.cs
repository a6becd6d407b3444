using MedQA.Cli.Commands;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies;

namespace MedQA.Cli.Tests.Commands;

public sealed class ProfileChoiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-profiles-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private HostSettings Settings => new() { DataFolder = Path.Combine(_folder, "data") };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_profile_that_has_a_name_is_not_saved_even_with_other_samples_and_another_seed()
    {
        Assert.Null(await ProfileChoice.Of(null, null, null).ResolveAsync(Settings, Cancel));
        Assert.Null(await ProfileChoice.Of("self-consistency", 11, 1).ResolveAsync(Settings, Cancel));
        Assert.Equal("few-shot", await ProfileChoice.Of("few-shot", null, null).ResolveAsync(Settings, Cancel));
        Assert.Null(await ProfileChoice.Of(null, 5, 7).ResolveAsync(Settings, Cancel));
        Assert.False(Directory.Exists(Settings.DataFolder));

        var varied = await ProfileChoice.Of(null, 5, 7).ChooseAsync(Settings, Cancel);
        Assert.Equal(("self-consistency-samples-5-seed-7", 5, 7L), (varied.Name, varied.Samples, varied.Seed));
        Assert.Equal(BuiltInProfiles.Find("self-consistency")!.Instruction, varied.Instruction);
        Assert.Equal(5, (await ProfileFolders.Open(Settings).FindAsync(varied.Name, Cancel))!.Samples);
    }

    [Fact]
    public async Task A_file_s_profile_is_kept_and_a_changed_file_replaces_it()
    {
        var path = Write("""{ "name": "mine", "strategy": "few-shot", "exemplars": 2 }""");
        Assert.Equal("mine", await ProfileChoice.Of(path, null, null).ResolveAsync(Settings, Cancel));
        Write("""{ "name": "mine", "strategy": "few-shot", "exemplars": 1 }""");
        Assert.Equal("mine", await ProfileChoice.Of(path, null, 8).ResolveAsync(Settings, Cancel));
        Assert.Equal(1, (await ProfileFolders.Open(Settings).FindAsync("mine", Cancel))!.Exemplars);
        Assert.Equal("mine-seed-8", (await ProfileChoice.Of(path, null, 8).ChooseAsync(Settings, Cancel)).Name);
    }

    [Fact]
    public async Task The_settings_folder_is_searched_too()
    {
        Write("""{ "name": "mine", "strategy": "few-shot" }""");
        var settings = Settings with { ProfilesFolder = _folder };
        Assert.Equal("mine", (await ProfileChoice.Of("mine", null, null).ChooseAsync(settings, Cancel)).Name);
        Assert.Contains("mine", await ProfileFolders.Open(settings).NamesAsync(Cancel));
    }

    [Fact]
    public async Task A_model_brings_profiles_that_go_before_the_built_in_ones()
    {
        var reasoner = Settings with { Model = "reasoner" };
        var greedy = await ProfileChoice.Of("chain-of-thought", null, null).ChooseAsync(reasoner, Cancel);
        var voted = await ProfileChoice.Of(null, null, null).ChooseAsync(reasoner, Cancel);
        Assert.Equal((PromptFormat.Completion, 1, 0.0), (greedy.Format, greedy.Samples, greedy.Temperature));
        Assert.Equal((PromptFormat.Completion, 11, 0.7), (voted.Format, voted.Samples, voted.Temperature));
        Assert.Equal(BuiltInProfiles.All.Select(static profile => profile.Name), await ProfileFolders.Open(reasoner).NamesAsync(Cancel));
        Assert.Equal(PromptFormat.Chat, (await ProfileChoice.Of(null, null, null).ChooseAsync(Settings, Cancel)).Format);

        // What the person's own folder says counts more, and a model that is not there brings none.
        File.WriteAllText(Path.Combine(_folder, "self-consistency.json"), """{ "name": "self-consistency", "strategy": "self-consistency", "samples": 3 }""");
        Assert.Equal(3, (await ProfileChoice.Of(null, null, null).ChooseAsync(reasoner with { ProfilesFolder = _folder }, Cancel)).Samples);
        Assert.Equal(PromptFormat.Chat, (await ProfileChoice.Of(null, null, null).ChooseAsync(Settings with { Model = "gone" }, Cancel)).Format);
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
        (await Assert.ThrowsAsync<InputException>(() => ProfileChoice.Of(nameOrFile, samples, null).ChooseAsync(Settings, Cancel))).Message;

    private string Write(string json)
    {
        var path = Path.Combine(_folder, "mine.json");
        File.WriteAllText(path, json);
        return path;
    }
}
