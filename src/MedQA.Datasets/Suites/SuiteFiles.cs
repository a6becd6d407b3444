using MedQA.Datasets.Importing;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Datasets.Suites;

/// <summary>The files of a suite in a folder.</summary>
/// <param name="Files">The files to import, in the order of the suite's sets.</param>
/// <param name="Missing">The sets of which no file was found.</param>
/// <param name="Others">Why files that looked like data were skipped: they are not question sets.</param>
public sealed record SuiteFiles(IReadOnlyList<ImportFile> Files, IReadOnlyList<SuiteMember> Missing, IReadOnlyList<string> Others)
{
    private static readonly string[] Extensions = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".xml", ".xlsx", ".parquet"];

    /// <summary>Finds the sets of a suite in a folder and the folders below it: as their authors publish them, or as canonical CSV. A set
    /// is recognized by its format, its numbers of options and questions, and for MMLU by the topic in the file's name; files in no format
    /// of question sets, and other sets, are passed over. Of PubMedQA's labelled records the list of decisions must be there, which says
    /// which are the test questions.</summary>
    /// <param name="suite">The suite.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="InputException">A set was found twice.</exception>
    /// <exception cref="IOException">The folder or a file in it cannot be read.</exception>
    public static async Task<SuiteFiles> FindAsync(QuestionSetSuite suite, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(folder);
        var found = new Dictionary<SuiteMember, Contents>();
        Contents? decisions = null;
        var others = new List<string>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (!Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            Contents contents;
            try
            {
                contents = await Contents.OfAsync(path, cancellationToken);
            }
            catch (InputException exception)
            {
                others.Add(exception.Message);
                continue;
            }

            if (contents.Format == QuestionSetFormat.PubMedQaLabels)
            {
                decisions = Once(decisions, contents, "PubMedQA's list of decisions");
            }

            foreach (var member in suite.Members.Where(contents.Is))
            {
                found[member] = Once(found.GetValueOrDefault(member), contents, $"data set {member.Dataset}");
            }
        }

        var unlisted = found.Where(static pair => pair.Value.Accepted > pair.Key.Questions).Select(static pair => pair.Key).ToList();
        if (decisions is null)
        {
            unlisted.ForEach(member => found.Remove(member));
        }

        var files = suite.Members.Where(found.ContainsKey).Select(member => new ImportFile(found[member].Path, member.Dataset)).ToList();
        if (decisions is not null && unlisted.Count > 0)
        {
            files.Add(new ImportFile(decisions.Path));
        }

        return new SuiteFiles(files, [.. suite.Members.Where(member => !found.ContainsKey(member))], others);
    }

    private static Contents Once(Contents? earlier, Contents later, string what) =>
        earlier is null
            ? later
            : throw new InputException(
                what, $"it was found twice, as {earlier.Path} and as {later.Path}; name a folder that contains only one of them.");

    /// <summary>The features of a file by which sets are recognized.</summary>
    private sealed record Contents(string Path, QuestionSetFormat Format, int Accepted, int Options, IReadOnlySet<string> Datasets)
    {
        public static async Task<Contents> OfAsync(string path, CancellationToken cancellationToken)
        {
            var options = new QuestionSetOptions { FileName = System.IO.Path.GetFileName(path) };
            await using var stream = RegularFile.Open(path);
            var format = await QuestionSetReader.RecognizeAsync(stream, options, cancellationToken);
            var tally = new QuestionSetTally();
            var datasets = new HashSet<string>(StringComparer.Ordinal);
            stream.Position = 0;
            if (format != QuestionSetFormat.PubMedQaLabels)
            {
                await foreach (var row in QuestionSetReader.ReadAsync(stream, options, cancellationToken))
                {
                    tally.Add(row);
                    if (row is AcceptedRow accepted)
                    {
                        datasets.Add(accepted.Question.Dataset);
                    }
                }
            }

            return new Contents(path, format, tally.Accepted, tally.MaxOptions, datasets);
        }

        /// <summary>Returns whether the file is a set of the suite.</summary>
        public bool Is(SuiteMember member)
        {
            var named = Datasets.Count == 1 && Datasets.Contains(member.Dataset);
            return Options == member.Options && member.Format switch
            {
                _ when Format == QuestionSetFormat.Csv => named && Accepted == member.Questions,
                QuestionSetFormat.Mmlu => Format == QuestionSetFormat.Mmlu && named && Accepted == member.Questions,
                QuestionSetFormat.PubMedQa => Format == QuestionSetFormat.PubMedQa && Accepted >= member.Questions,
                QuestionSetFormat.QuestionList =>
                    Format is QuestionSetFormat.QuestionList or QuestionSetFormat.Spreadsheet && Accepted == member.Questions,
                _ => Format == member.Format && Accepted == member.Questions,
            };
        }
    }
}
