using System.Text.RegularExpressions;

namespace MedQA.Testing.Architecture;

/// <summary>What is logged: each message has an event of its own, and names what it is about.</summary>
public sealed partial class LogTests
{
    [Fact]
    public void Every_message_of_the_project_has_an_event()
    {
        var (folder, project) = (Repository.PathOf("src"), NamespaceTests.ProjectName());
        Assert.Empty(
            from source in SourcesOf(Path.Combine(folder, project))
            from Match call in DirectCall.Matches(source.Text)
            select $"{source.File}: {call.Value}");
    }

    [Fact]
    public void Events_are_told_apart_by_their_numbers_across_all_projects_and_each_class_has_a_hundred_of_its_own()
    {
        var events = Events().ToList();
        Assert.True(events.Count > 30);
        Assert.Empty(events.GroupBy(static one => one.Id).Where(static same => same.Count() > 1).Select(static same => same.Key));
        Assert.Empty(events.GroupBy(static one => one.Id / 100).Where(static block => block.Select(static one => one.File).Distinct().Count() > 1)
            .Select(static block => $"{block.Key}00"));
    }

    [Fact]
    public void A_message_that_names_a_batch_or_a_question_names_its_run() => Assert.Empty(
        from one in Events()
        where one.Text.Contains("{Batch}", StringComparison.Ordinal) || one.Text.Contains("{Ordinal}", StringComparison.Ordinal)
        where !one.Text.Contains("{Run}", StringComparison.Ordinal) || !one.Text.Contains("{Batch}", StringComparison.Ordinal)
        select one.Text);

    private static IEnumerable<(string File, int Id, string Text)> Events() =>
        from source in SourcesOf(Repository.PathOf("src"))
        from Match message in Message.Matches(source.Text)
        select (source.File, int.Parse(message.Groups["id"].Value, System.Globalization.CultureInfo.InvariantCulture), message.Groups["text"].Value);

    private static IEnumerable<(string File, string Text)> SourcesOf(string folder) =>
        from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        where !file.Split('/', '\\').Any(static part => part is "bin" or "obj")
        select (file, File.ReadAllText(file));

    [GeneratedRegex(@"\.Log(?:Trace|Debug|Information|Warning|Error|Critical)\([^\r\n]*")]
    private static partial Regex DirectCall { get; }

    [GeneratedRegex(@"\[LoggerMessage\((?<id>\d+), LogLevel\.\w+, (?<text>.*?)\)\]\s", RegexOptions.Singleline)]
    private static partial Regex Message { get; }
}
