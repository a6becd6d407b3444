using System.CommandLine;
using System.CommandLine.Completions;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Settings;
using MedQA.Pipeline.Profiles;

namespace MedQA.Cli.Commands;

/// <summary>Completes names of runs and profiles.</summary>
internal static class Completions
{
    /// <summary>Names of runs, and <c>latest</c>.</summary>
    public static Argument<T> WithRuns<T>(this Argument<T> argument)
    {
        // Without a name of its own, help would list everything that completes it.
        argument.HelpName ??= argument.Name;
        argument.CompletionSources.Add(Runs);
        return argument;
    }

    /// <summary>Names of runs, and <c>latest</c>.</summary>
    public static Option<T> WithRuns<T>(this Option<T> option)
    {
        option.HelpName ??= "RUN";
        option.CompletionSources.Add(Runs);
        return option;
    }

    /// <summary>Names of profiles.</summary>
    public static Argument<T> WithProfiles<T>(this Argument<T> argument)
    {
        argument.HelpName ??= argument.Name;
        argument.CompletionSources.Add(Profiles);
        return argument;
    }

    /// <summary>Names of profiles.</summary>
    public static Option<T> WithProfiles<T>(this Option<T> option)
    {
        option.CompletionSources.Add(Profiles);
        return option;
    }

    private static IEnumerable<CompletionItem> Runs(CompletionContext context) =>
        Of(context, static settings => KnownRuns.Find(settings).Prepend("latest"));

    private static IEnumerable<CompletionItem> Profiles(CompletionContext context) =>
        Of(context, static settings => ProfileFolders.OfHost(settings).Names.Union(
            KnownProfiles.Find(settings).Concat(ProfileFolders.Kept(settings).Names.Where(static name => !ProfileVariation.IsSaidBy(name))),
            StringComparer.Ordinal));

    private static IEnumerable<CompletionItem> Of(CompletionContext context, Func<HostSettings, IEnumerable<string>> names)
    {
        try
        {
            return [.. names(HostSettings.Read(CommonOptions.Given(context.ParseResult))).Select(static name => new CompletionItem(name))];
        }
        catch (Exception exception) when (CommandWork.CodeOf(exception) is not null)
        {
            // Completion has no place for messages; the command itself will report the fault.
            return [];
        }
    }
}
