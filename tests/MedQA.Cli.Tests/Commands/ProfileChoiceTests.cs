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

    private HostSettings Settings => new() { DataFolder = Path.Combine(_folder, "data") };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_profile_that_has_a_name_already_is_not_kept_again()
    {
        Assert.Null(ProfileChoice.Of(null, null, null).Resolve(Settings));
        Assert.Null(ProfileChoice.Of("self-consistency", 11, 1).Resolve(Settings));
        Assert.Equal("few-shot", ProfileChoice.Of("few-shot", null, null).Resolve(Settings));
        Assert.False(Directory.Exists(Settings.DataFolder));
    }

    [Fact]
    public void A_changed_profile_gets_a_name_that_says_how_and_every_host_of_the_folder_finds_it()
    {
        var name = ProfileChoice.Of(null, 5, 7).Resolve(Settings);
        Assert.Equal("self-consistency-samples-5-seed-7", name);
        var kept = ProfileFolders.Open(Settings).Find(name!);
        Assert.Equal((5, 7), (kept!.Samples, kept.Seed));
        Assert.Equal(BuiltInProfiles.Find("self-consistency")!.Instruction, kept.Instruction);
    }

    [Fact]
    public void A_file_s_profile_is_kept_and_a_changed_file_replaces_it()
    {
        var path = Write("""{ "name": "mine", "strategy": "few-shot", "exemplars": 2 }""");
        Assert.Equal("mine", ProfileChoice.Of(path, null, null).Resolve(Settings));
        Write("""{ "name": "mine", "strategy": "few-shot", "exemplars": 1 }""");
        Assert.Equal("mine", ProfileChoice.Of(path, null, null).Resolve(Settings));
        Assert.Equal(1, ProfileFolders.Open(Settings).Find("mine")!.Exemplars);
    }

    [Fact]
    public void The_settings_folder_is_searched_too()
    {
        Write("""{ "name": "mine", "strategy": "few-shot" }""");
        var settings = Settings with { ProfilesFolder = _folder };
        Assert.Equal("mine", ProfileChoice.Of("mine", null, null).Resolve(settings));
        Assert.Contains("mine", ProfileFolders.Open(settings).Names);
    }

    [Fact]
    public void A_model_brings_profiles_that_go_before_the_built_in_ones()
    {
        var reasoner = Settings with { Model = "reasoner" };
        var greedy = ProfileChoice.Of("chain-of-thought", null, null).Choose(reasoner);
        var voted = ProfileChoice.Of(null, null, null).Choose(reasoner);
        Assert.Equal((PromptFormat.Completion, 1, 0.0), (greedy.Format, greedy.Samples, greedy.Temperature));
        Assert.Equal((PromptFormat.Completion, 11, 0.7), (voted.Format, voted.Samples, voted.Temperature));
        Assert.Equal(BuiltInProfiles.All.Select(static profile => profile.Name), ProfileFolders.Open(reasoner).Names);
        Assert.Equal(PromptFormat.Chat, ProfileChoice.Of(null, null, null).Choose(Settings).Format);

        // What the person's own folder says counts more, and a model that is not there brings none.
        File.WriteAllText(Path.Combine(_folder, "self-consistency.json"), """{ "name": "self-consistency", "strategy": "self-consistency", "samples": 3 }""");
        Assert.Equal(3, ProfileChoice.Of(null, null, null).Choose(reasoner with { ProfilesFolder = _folder }).Samples);
        Assert.Equal(PromptFormat.Chat, ProfileChoice.Of(null, null, null).Choose(Settings with { Model = "gone" }).Format);
    }

    [Fact]
    public void What_cannot_be_used_is_said()
    {
        Assert.StartsWith("No profile 'none'. Profiles: few-shot, ", Assert.Throws<InputException>(() => ProfileChoice.Of("none", null, null).Resolve(Settings)).Message, StringComparison.Ordinal);
        Assert.StartsWith("No profile 'few-shoot' (did you mean few-shot?). Profiles: few-shot, ", Assert.Throws<InputException>(() => ProfileChoice.Of("few-shoot", null, null).Resolve(Settings)).Message, StringComparison.Ordinal);
        Assert.StartsWith("No profile file none.json", Assert.Throws<InputException>(() => ProfileChoice.Of("none.json", null, null).Resolve(Settings)).Message, StringComparison.Ordinal);
        Assert.Contains("takes exactly 1", Assert.Throws<InputException>(() => ProfileChoice.Of("few-shot", 5, null).Resolve(Settings)).Message, StringComparison.Ordinal);
        var path = Write("""{ "name": "few-shot", "strategy": "few-shot" }""");
        Assert.Contains("is the name of a built-in profile", Assert.Throws<InputException>(() => ProfileChoice.Of(path, null, null).Resolve(Settings)).Message, StringComparison.Ordinal);
        Assert.Contains("\"exemplar\" is an unknown field", Assert.Throws<InputException>(() => ProfileChoice.Of(Write("""{ "name": "mine", "strategy": "few-shot", "exemplar": 1 }"""), null, null).Resolve(Settings)).Message, StringComparison.Ordinal);
    }

    private string Write(string json)
    {
        var path = Path.Combine(_folder, "mine.json");
        File.WriteAllText(path, json);
        return path;
    }
}
