using System.Text.RegularExpressions;
using MedQA.Cli.Hub;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Web.Routing;

namespace MedQA.Cli.Tests;

/// <summary>The README says what the code does.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public void Every_setting_stands_in_its_table() =>
        Assert.All(Setting.All, static setting => Assert.Contains($"| `{setting.Option}` | `{setting.Variable}` | {setting.Meaning} |", Text, StringComparison.Ordinal));

    [Fact]
    public void Every_route_is_mentioned() => Assert.All(ApiRoutes.All, static route =>
    {
        var last = route.Path[(route.Path.LastIndexOf('/') + 1)..];
        Assert.True(Text.Contains($"{route.Method} /{route.Path}", StringComparison.Ordinal) || Text.Contains($"/{last}`", StringComparison.Ordinal), $"{route.Method} /{route.Path}");
    });

    [Fact]
    public void The_two_commands_and_every_exit_code_stand_in_it()
    {
        Assert.Contains("    dotnet run --project src/MedQA.Cli -c Release -- run samples/medqa.csv\n", Text, StringComparison.Ordinal);
        Assert.Contains("    dotnet test MedQA.Functions.sln -c Release\n", Text, StringComparison.Ordinal);
        Assert.All((int[])[ExitCode.Success, ExitCode.Failure, ExitCode.BadInput, ExitCode.SomeFailed, ExitCode.Stopped], static code => Assert.Contains($" {code} ", Text[Text.IndexOf("Exit codes:", StringComparison.Ordinal)..], StringComparison.Ordinal));
    }

    [Fact]
    public void Every_model_that_is_recommended_can_be_asked_for()
    {
        var commands = FetchCommands().Matches(File.ReadAllText(Repository.PathOf("docs", "models.md")));
        Assert.Equal(3, commands.Count);
        Assert.All(commands, static command =>
        {
            Assert.True(HubModel.TryParse(command.Groups["model"].Value, out _));
            Assert.EndsWith(".onnx", command.Groups["graph"].Value, StringComparison.Ordinal);
        });
        Assert.Contains("    medqa models fetch ", Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_it_links_to_is_there() =>
        Assert.All(Links().Matches(Text).Select(static link => link.Groups["path"].Value), static path => Assert.True(File.Exists(Repository.PathOf(path)), path));

    [Fact]
    public void Every_test_that_the_document_on_security_names_is_there()
    {
        var tests = string.Concat(Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var named = TestNames().Matches(File.ReadAllText(Repository.PathOf("docs", "security.md"))).Select(static match => match.Groups["name"].Value).Distinct().ToList();
        Assert.True(named.Count > 30, $"Only {named.Count} names were read.");
        Assert.All(named, name => Assert.Contains(name, tests, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"`(?<name>[A-Z]\w+_\w*|\w+Tests)…?`", RegexOptions.NonBacktracking)]
    private static partial Regex TestNames();

    [GeneratedRegex("`medqa models fetch (?<model>\\S+) --graph (?<graph>\\S+)`", RegexOptions.NonBacktracking)]
    private static partial Regex FetchCommands();

    [GeneratedRegex(@"\]\((?<path>[^):]+)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Links();
}
