namespace MedQA.Cli.Tests.Commands;

/// <summary>Profiles of this machine's storage, and of the data folder of earlier versions.</summary>
public sealed class ProfilesCommandTests
{
    [Fact]
    public async Task Without_a_storage_nothing_is_deleted_and_none_is_made()
    {
        await using var medqa = new MedqaProcess();
        foreach (var (name, sentence) in ((string, string)[])[("few-shot", "medqa: Profile few-shot is built in, or in a folder of this machine's"), ("none", "medqa: No profile 'none'."), ("few-shoot", "medqa: No profile 'few-shoot' (did you mean few-shot?)")])
        {
            var (code, _, said) = await medqa.RunAsync("profiles", "delete", name, "--yes");
            Assert.Equal(2, code);
            Assert.StartsWith(sentence, said, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(Path.Combine(medqa.Folder, ".medqa", "azurite")));
    }

    [Fact]
    public async Task A_profile_is_saved_by_its_file_and_deleted_by_its_name_and_so_is_one_that_an_earlier_version_saved()
    {
        await using var medqa = new MedqaProcess();
        var earlier = Directory.CreateDirectory(Path.Combine(medqa.Folder, ".medqa", "profiles")).FullName;
        await File.WriteAllTextAsync(Path.Combine(earlier, "old.json"), """{ "name": "old", "strategy": "few-shot" }""", TestContext.Current.CancellationToken);
        var (code, _, said) = await medqa.RunAsync("profiles", "save", medqa.Profile(2));
        Assert.True(code == 0 && said.Contains("Profile sums-2 is stored. `medqa run FILE --profile sums-2` uses it.", StringComparison.Ordinal), said);
        Assert.Contains("\nold,few-shot,", (await medqa.RunAsync("profiles", "--output", "csv")).Output, StringComparison.Ordinal);

        var (refused, _, why) = await medqa.RunAsync("profiles", "delete", "sums-2");
        Assert.Equal(2, refused);
        Assert.Contains("Confirm that with --yes.", why, StringComparison.Ordinal);
        foreach (var name in (string[])["sums-2", "old"])
        {
            var (deleted, _, notices) = await medqa.RunAsync("profiles", "delete", name, "--yes");
            Assert.True(deleted == 0 && notices.Contains($"Profile {name} is deleted. Runs keep their profiles.", StringComparison.Ordinal), notices);
        }

        var listed = (await medqa.RunAsync("profiles", "--output", "csv")).Output;
        Assert.DoesNotContain("old,", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("sums-2,", listed, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(earlier));
    }
}
