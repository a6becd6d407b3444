using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Tests.Commands;

/// <summary>What can be known of a command is said before a storage is installed or started for it. Here none can be: there is no Node.js.</summary>
public sealed class EarlyRefusalTests
{
    [Fact]
    public async Task A_run_that_cannot_be_is_refused_before_a_storage_is_started()
    {
        await using var medqa = Without();
        var sums = medqa.Sums(2);
        var model = Repository.PathOf("models", "tiny", "gpt2-optimum");
        await RefusedAsync(medqa, "chat template", "run", sums, "--model", model, "--profile", "few-shot");
        await RefusedAsync(medqa, "maxTokens", "run", sums, "--model", model, "--profile", Profile(medqa, "long", """ "format": "completion", "maxTokens": 100000 """));
        await RefusedAsync(medqa, "there is no such file", "run", sums, "--profile", "deferral", "--dev", "others.csv");
        await RefusedAsync(medqa, "there is no such folder", "run", sums, "--model", "nowhere");
        await RefusedAsync(medqa, "--notify is 'team', but no address can be told", "run", sums, "--notify", "team");
        await RefusedAsync(medqa, "--until is '2,5', but must be percentage points from 0.1 to 25", "run", sums, "--until", "2,5");
        await RefusedAsync(medqa, "--until is '60 %', but must be percentage points", "run", sums, "--until", "60 %");
        Assert.False(Directory.Exists(Path.Combine(medqa.Folder, ".medqa")), "What was refused has left a data folder.");
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_refused_before_a_storage_is_started()
    {
        await using var medqa = Without();
        await File.WriteAllTextAsync(Path.Combine(medqa.Folder, "file"), "", TestContext.Current.CancellationToken);
        await RefusedAsync(medqa, "does not exist", "results", "latest", "--html", Path.Combine("nowhere", "report.html"));
        await RefusedAsync(medqa, "is a folder", "compare", "aaaa", "bbbb", "--html", ".");
        await RefusedAsync(medqa, "where a folder is expected", "export", "latest", "--to", "file");
        await RefusedAsync(medqa, "No such file", "study", "create", "--answers", "nowhere.csv", "--rubric", "lay-2", "--raters", "2");
        if (!OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess)
        {
            var closed = Directory.CreateDirectory(Path.Combine(medqa.Folder, "closed"), UnixFileMode.UserRead | UnixFileMode.UserExecute).FullName;
            await RefusedAsync(medqa, "cannot write", "export", "latest", "--to", Path.Combine(closed, "x"));
            await RefusedAsync(medqa, "cannot write", "results", "latest", "--html", Path.Combine(closed, "x.html"));
            await RefusedAsync(medqa, "cannot write", "results", "--data", closed);
        }
    }

    [Fact]
    public async Task Help_is_a_command_too()
    {
        await using var medqa = Without();
        var (code, run, _) = await medqa.RunAsync("help", "run");
        Assert.Equal(ExitCode.Success, code);
        Assert.Equal((await medqa.RunAsync("run", "--help")).Output, run);
        Assert.All(Setting.All, setting => Assert.Contains($"{setting.Option} ", run, StringComparison.Ordinal));
        Assert.Equal((await medqa.RunAsync("--help")).Output, (await medqa.RunAsync("help")).Output);
        Assert.Equal((await medqa.RunAsync("study", "create", "--help")).Output, (await medqa.RunAsync("help", "study", "create")).Output);
        var (unknown, _, said) = await medqa.RunAsync("help", "rsults");
        Assert.Equal(ExitCode.BadInput, unknown);
        Assert.Contains("has no command rsults (did you mean results?)", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_profile_file_hides_no_other_profile()
    {
        await using var medqa = Without();
        var folder = Directory.CreateDirectory(Path.Combine(medqa.Folder, "profiles")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "broken.json"), "{", TestContext.Current.CancellationToken);
        medqa.Variables["MEDQA_PROFILES"] = folder;
        var (code, list, said) = await medqa.RunAsync("profiles", "list", "--output", "csv");
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("few-shot,", list, StringComparison.Ordinal);
        Assert.Contains("Skipped: Profile broken.json", said, StringComparison.Ordinal);
        var (_, table, _) = await medqa.RunAsync("profiles");
        Assert.Contains("Broken: Profile broken.json: ", table, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, (await medqa.RunAsync("profiles", "show", "few-shot")).Code);
        var (own, _, why) = await medqa.RunAsync("profiles", "show", "broken");
        Assert.Equal(ExitCode.BadInput, own);
        Assert.Contains("broken.json", why, StringComparison.Ordinal);
    }

    private static MedqaProcess Without()
    {
        var medqa = new MedqaProcess();
        medqa.Variables["MEDQA_NODE"] = Path.Combine(medqa.Folder, "no-node");
        medqa.Variables["MEDQA_NPM"] = Path.Combine(medqa.Folder, "no-npm");
        return medqa;
    }

    private static string Profile(MedqaProcess medqa, string name, string fields)
    {
        var path = Path.Combine(medqa.Folder, $"{name}.json");
        File.WriteAllText(path, $$"""{ "name": "{{name}}", "strategy": "few-shot", {{fields}} }""");
        return path;
    }

    private static async Task RefusedAsync(MedqaProcess medqa, string said, params string[] arguments)
    {
        var (code, output, error) = await medqa.RunAsync(arguments);
        Assert.True(code == ExitCode.BadInput && output.Length == 0, $"{string.Join(' ', arguments)}: {code} {output} {error}");
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("no-node", error, StringComparison.Ordinal);
    }
}
