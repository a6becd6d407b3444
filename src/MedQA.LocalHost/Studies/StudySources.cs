using MedQA.LocalHost.Hosting;
using MedQA.LocalHost.Runs;
using MedQA.LocalHost.Settings;
using MedQA.Web.Contracts;

namespace MedQA.LocalHost.Studies;

/// <summary>Opens what the settings name, and finds studies in it.</summary>
internal static class StudySources
{
    /// <summary>The service of the settings, or the storage of this machine.</summary>
    public static async Task<IStudySource> OpenAsync(CommandContext context, CancellationToken cancellationToken) =>
        context.Settings.Endpoint is not null
            ? new ServedStudies(RunSources.Client(context.Settings))
            : new StoredStudies(await LocalStorage.OpenAsync(context.Settings, context.Console, cancellationToken));

    /// <summary>The study of a name, of the unique beginning of a name, or the latest.</summary>
    /// <exception cref="InputException">There is none, or several begin so.</exception>
    public static async Task<StudyResource> FindAsync(this IStudySource source, string name, CancellationToken cancellationToken)
    {
        var studies = await source.ListAsync(cancellationToken);
        StudyResource[] matching = [.. name == "latest"
            ? studies.Take(1)
            : studies.Where(study => study.Study.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        return matching switch
        {
            [var one] => await source.GetAsync(one.Study, cancellationToken),
            [] => throw new InputException(
                studies.Length == 0
                    ? "There are no studies yet. Make one: medqa study create --help"
                    : $"There is no study '{name}' here{RunSources.Meant(name, studies.Select(static study => study.Study))}. `medqa "
                        + "study list` lists the studies."),
            _ => throw new InputException(
                $"'{name}' is the beginning of {matching.Length} studies: "
                    + $"{string.Join(", ", matching.Take(5).Select(static study => study.Study))}. Give more characters."),
        };
    }
}
