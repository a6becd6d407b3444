namespace MedQA.Datasets.Suites;

/// <summary>Published sets that run together, with a slice of the report for each.</summary>
/// <param name="Name">The suite's name.</param>
/// <param name="Members">Its sets, in the order of their slices.</param>
public sealed record QuestionSetSuite(string Name, IReadOnlyList<SuiteMember> Members)
{
    /// <summary>
    /// The sets of MultiMedQA with options: those in which accuracy is measured (Singhal et al., Nature 620, 2023, table 1 and methods;
    /// MMLU's six clinical topics). Of MedMCQA the dev split, which papers score, since the test labels are hidden.
    /// </summary>
    public static QuestionSetSuite MultiMedQa { get; } = new("multimedqa",
    [
        new("medqa_us_test_4opt", QuestionSetFormat.MedQa, 1273, 4, "github.com/jind11/MedQA: "
            + "questions/US/4_options/phrases_no_exclude_test.jsonl"),
        new("medmcqa_dev", QuestionSetFormat.MedMcqa, 4183, 4, "github.com/medmcqa/medmcqa: dev.json"),
        new("pubmedqa_test", QuestionSetFormat.PubMedQa, 500, 3, "github.com/pubmedqa/pubmedqa: data/ori_pqal.json with "
            + "data/test_ground_truth.json"),
        .. new (string Topic, int Questions)[]
        {
            ("anatomy", 135), ("clinical_knowledge", 265), ("college_biology", 144), ("college_medicine", 173), ("medical_genetics", 100),
            ("professional_medicine", 272),
        }.Select(
            static mmlu => new SuiteMember(
                $"mmlu_{mmlu.Topic}_test",
                QuestionSetFormat.Mmlu,
                mmlu.Questions,
                4,
                $"github.com/hendrycks/test: data/test/{mmlu.Topic}_test.csv")),
    ]);

    /// <summary>
    /// The sets of MultiMedQA with free answers, which people rate. Papers rate samples of them: of LiveQA 100 questions, of HealthSearchQA
    /// 100 or 140.
    /// </summary>
    public static QuestionSetSuite MultiMedQaConsumer { get; } = new("multimedqa-consumer",
    [
        new("liveqa_medical_test", QuestionSetFormat.LiveQa, 104, 0, "github.com/abachaa/LiveQA_MedicalTask_TREC2017: "
            + "TestDataset/TREC-2017-LiveQA-Medical-Test.xml"),
        new("medicationqa", QuestionSetFormat.Spreadsheet, 690, 0, "github.com/abachaa/Medication_QA_MedInfo2019: "
            + "MedInfo2019-QA-Medications.xlsx"),
        new("healthsearchqa", QuestionSetFormat.QuestionList, 3173, 0, "the supplementary data of Singhal et al., Nature 620 (2023)"),
    ]);

    /// <summary>All suites.</summary>
    public static IReadOnlyList<QuestionSetSuite> All { get; } = [MultiMedQa, MultiMedQaConsumer];

    /// <summary>Returns the suite of a name, in either case; <see langword="null"/> if there is none.</summary>
    public static QuestionSetSuite? Find(string name) =>
        All.FirstOrDefault(suite => suite.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
