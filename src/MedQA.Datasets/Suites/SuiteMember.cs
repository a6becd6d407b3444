namespace MedQA.Datasets.Suites;

/// <summary>One published set of a suite.</summary>
/// <param name="Dataset">The data set's name in reports, under which published results are known.</param>
/// <param name="Format">The format in which its authors publish it.</param>
/// <param name="Questions">How many questions it has.</param>
/// <param name="Options">How many options each has; 0 for free answers.</param>
/// <param name="Origin">Where its authors publish it, and which file is meant.</param>
public sealed record SuiteMember(string Dataset, QuestionSetFormat Format, int Questions, int Options, string Origin);
