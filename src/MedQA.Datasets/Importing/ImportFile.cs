using MedQA.Datasets.Reading;

namespace MedQA.Datasets.Importing;

/// <summary>A file to import.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Dataset">The data set of rows that name none; <see langword="null"/> for one named after the file.</param>
public sealed record ImportFile(string Path, string? Dataset = null);

/// <summary>The result of importing a file.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Format">The format that was recognized.</param>
/// <param name="Tally">Counts over its rows.</param>
/// <param name="Datasets">The data sets that its accepted rows belong to, in the order of their first rows.</param>
public sealed record ImportedFile(string Path, QuestionSetFormat Format, QuestionSetTally Tally, IReadOnlyList<string> Datasets);

/// <summary>The result of an import.</summary>
/// <param name="Files">Each file in the order given; lists of decisions have no rows.</param>
/// <param name="Tally">Counts over all rows.</param>
public sealed record ImportOutcome(IReadOnlyList<ImportedFile> Files, QuestionSetTally Tally);
