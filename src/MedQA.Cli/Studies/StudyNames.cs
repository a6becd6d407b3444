using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Evaluation;

namespace MedQA.Cli.Studies;

/// <summary>Finds the studies that commands name.</summary>
internal static class StudyNames
{
    /// <summary>Returns a study by name, by unique prefix of a name, or the latest study.</summary>
    /// <exception cref="InputException">No study matches, or several do.</exception>
    public static async Task<StudyResource> FindStudyAsync(this CalledService service, string name, CancellationToken cancellationToken)
    {
        var studies = (await service.Client.ListStudiesAsync(cancellationToken)).Studies;
        StudyResource[] matching = [.. name == "latest"
            ? studies.Take(1)
            : studies.Where(study => study.Study.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        return matching switch
        {
            [var one] => await service.Client.GetStudyAsync(one.Study, cancellationToken),
            [] => throw new InputException(
                studies.Length == 0
                    ? "No studies yet. Create one: medqa study create --help"
                    : NoStudy(name, RunNames.Meant(name, studies.Select(static study => study.Study)))),
            _ => throw new InputException(
                new FaultLocation(),
                $"'{name}' matches {matching.Length} studies: "
                    + $"{string.Join(", ", matching.Take(5).Select(static study => study.Study))}",
                "Add more characters"),
        };
    }

    /// <summary>Returns the message for an unknown study.</summary>
    /// <param name="name">The given name.</param>
    /// <param name="meant">A suggestion in parentheses, or an empty string.</param>
    public static string NoStudy(string name, string meant = "") =>
        $"No study '{name}'{meant}. `medqa study list` lists the studies.";

    /// <summary>Returns the message for an unknown rater.</summary>
    public static string NoRater(string study, string rater) =>
        $"Study '{study}' has no rater '{rater}' (any more). `medqa study show {study}` lists the raters.";
}
