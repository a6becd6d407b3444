using System.Text.RegularExpressions;
using MedQA.Infrastructure.Tests.Deployments;

namespace MedQA.Infrastructure.Tests.Sources;

/// <summary>What can be said of the Functions apps from their text, where their packages are not at hand to build them.</summary>
public sealed partial class FunctionSourceTests
{
    private static readonly string Control = AppSource.Of("MedQA.Functions").Text;

    [Fact]
    public void Every_row_of_the_route_tables_has_one_function_that_asks_for_the_role_of_that_row_and_of_no_other()
    {
        var rows = File.ReadAllText(Repository.PathOf("src", "MedQA.Web", "Routing", "ApiRoutes.cs")) + File.ReadAllText(Repository.PathOf("src", "MedQA.Web", "Dashboard", "DashboardRoutes.cs"));
        var expected = Rows().Matches(rows).Select(static row => (Name: row.Groups["name"].Value, Method: row.Groups["method"].Value.ToLowerInvariant(), Path: row.Groups["path"].Value)).ToList();
        var functions = HttpFunctions().Matches(Control).Select(static function => (
            Name: function.Groups["name"].Value,
            Method: function.Groups["method"].Value,
            HasHead: function.Groups["head"].Success,
            Path: function.Groups["path"].Value,
            Asks: function.Groups["asks"].Value)).ToList();

        Assert.True(expected.Count > 20, $"Only {expected.Count} rows were read.");
        Assert.All(functions, static function => Assert.Equal(function.Name, function.Asks));
        Assert.All(functions, static function => Assert.Equal(function.Method == "get", function.HasHead));
        Assert.Equal(expected.Select(static row => (row.Name, row.Method)).Order(), functions.Select(static function => (function.Name, function.Method)).Order());
        Assert.All(functions, function =>
        {
            var row = expected.Single(row => row.Name == function.Name);
            Assert.True(function.Path == $"\"{row.Path}\"" || (row.Path.Length == 0 && function.Path == "Root"), $"{function.Name} is at {function.Path}, not at {row.Path}.");
        });

        // Nobody answers HTTP beside the guard but the function for unknown addresses.
        Assert.Equal(functions.Count + 1, Triggers().Count(Control));
    }

    [Fact]
    public void What_is_old_is_looked_for_by_a_timer_and_what_was_cut_off_goes_on()
    {
        const string Timer = @"\[Function\(nameof\(OnRetention\)\)\]\s+public async Task OnRetention\(\[TimerTrigger\(""0 \d+ \* \* \* \*""\)\]";
        Assert.Matches(Timer + @"[^)]*\)\s+\{[^}]*studies\.FinishRemovalsAsync[^}]*retention\.SweepAsync", Control);
    }

    [Fact]
    public void Both_apps_tell_traces_and_metrics()
    {
        Assert.Contains("AddSource(PipelineTracing.SourceName)", Control, StringComparison.Ordinal);
        Assert.Contains("AddMeter(PipelineMetrics.MeterName)", Control, StringComparison.Ordinal);
        Assert.All((string[])["MedQA.Functions", "MedQA.Functions.Inference"], static app =>
            Assert.Contains("builder.AddTelemetry(settings", File.ReadAllText(Repository.PathOf("src", app, "Program.cs")), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"new\(""(?<name>\w+)"", ""(?<method>[A-Z]+)"", ""(?<path>[^""]*)"", ApiRole\.", RegexOptions.NonBacktracking)]
    private static partial Regex Rows();

    [GeneratedRegex(@"\[Function\(nameof\((?<name>\w+)\)\)\]\s+public Task<IResult> \w+\(\s*\[HttpTrigger\(AuthorizationLevel\.Anonymous, ""(?<method>\w+)""(?<head>, ""head"")?, Route = (?<path>""[^""]*""|Root)\)\] HttpRequest request\)\s*=>\s*api\.AnswerAsync\(nameof\((?<asks>\w+)\), request\);", RegexOptions.NonBacktracking)]
    private static partial Regex HttpFunctions();

    [GeneratedRegex(@"\[HttpTrigger\(", RegexOptions.NonBacktracking)]
    private static partial Regex Triggers();
}
