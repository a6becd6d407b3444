using System.Text.RegularExpressions;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>The source of a Functions app, read for what its deployment must know: its packages are not on every mirror, so tests of the deployment do not build it.</summary>
internal sealed partial class AppSource
{
    private AppSource(string text)
    {
        Text = text;
        ReadSettings = [.. Settings().Matches(text).Select(static match => NameOf(match))];
        NeededSettings = [.. Settings().Matches(text).Where(static match => match.Groups["needed"].Success || match.Groups["missing"].Success).Select(static match => NameOf(match))];
        TriggerQueues = [.. Queues().Matches(text).Select(static match => match.Groups["name"].Value)];
    }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>Settings that it reads.</summary>
    public HashSet<string> ReadSettings { get; }

    /// <summary>Settings without which it does not start in Azure.</summary>
    public HashSet<string> NeededSettings { get; }

    /// <summary>Queues with a trigger.</summary>
    public IReadOnlyList<string> TriggerQueues { get; }

    /// <summary>The source of an app; the inference app's with the hosting code that it shares with the control app.</summary>
    public static AppSource Of(string project)
    {
        var files = Directory.EnumerateFiles(Repository.PathOf("src", project), "*.cs", SearchOption.AllDirectories);
        if (project == "MedQA.Functions.Inference")
        {
            files = files.Concat(Directory.EnumerateFiles(Repository.PathOf("src", "MedQA.Functions", "Hosting"), "*.cs"));
        }

        var separator = Path.DirectorySeparatorChar;
        return new(string.Concat(files.Where(path => !path.Contains($"{separator}obj{separator}", StringComparison.Ordinal)).Select(File.ReadAllText)));
    }

    private static string NameOf(Match match) => match.Groups["name"].Value.Replace("{Connection}", "MedQAData", StringComparison.Ordinal);

    [GeneratedRegex(@"(?<needed>\.Get(Address)?\()?(\.\w+(<\w+>)?\()?\$?""(?<name>(\{Connection\}|[A-Z]\w*?)__\w+|APPLICATIONINSIGHTS_CONNECTION_STRING)""(?<missing>, \$?""is missing)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Settings();

    [GeneratedRegex(@"\[QueueTrigger\(""(?<name>[^""]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Queues();
}
