using System.Collections.Immutable;

namespace MedQA.Evaluation.Reporting;

/// <summary>Accuracies from the literature. Only figures that were read in the place named; others are left out.</summary>
public static class PublishedResults
{
    private static readonly Paper MedPalm = new("Singhal et al., Large language models encode clinical knowledge, Nature 620", 2023);
    private static readonly Paper MedPalm2 = new("Singhal et al., Toward expert-level medical question answering with large language models, arXiv 2305.09617; Nature Medicine 31 (2025)", 2023);
    private static readonly Paper Medprompt = new("Nori et al., Can generalist foundation models outcompete special-purpose tuning?, arXiv 2311.16452", 2023);
    private static readonly Paper MedGemini = new("Saab et al., Capabilities of Gemini models in medicine, arXiv 2404.18416", 2024);
    private static readonly Paper GalacticaPaper = new("Taylor et al., Galactica: a large language model for science, arXiv 2211.09085", 2022);
    private static readonly Paper Dragon = new("Yasunaga et al., Deep bidirectional language-knowledge graph pretraining, arXiv 2210.09338", 2022);
    private static readonly Paper BioMedLm = new("Bolton et al., BioMedLM, arXiv 2403.18421", 2024);
    private static readonly Paper Reason = new("Liévin et al., Can large language models reason about medical questions?, arXiv 2207.08143; Patterns 5 (2024)", 2022);

    private const string Abstract = "the paper's abstract";
    private const string MultilingualTable = "Table 3 of Qiu et al., Nature Communications 2024, doi 10.1038/s41467-024-52417-z";
    private const string Leaderboard = "the Papers with Code leaderboard of MedQA (USMLE)";

    private static readonly Split MedQa = new("MedQA (USMLE), 4 options, test", "medqa_us_test_4opt", 4, 1273);
    private static readonly Split MedMcqa = new("MedMCQA, dev", "medmcqa_dev", 4, 4183);
    private static readonly Split PubMedQa = new("PubMedQA, test", "pubmedqa_test", 3, 500);
    private static readonly Split ClinicalKnowledge = Mmlu("clinical knowledge", "clinical_knowledge", 265);
    private static readonly Split MedicalGenetics = Mmlu("medical genetics", "medical_genetics", 100);
    private static readonly Split Anatomy = Mmlu("anatomy", "anatomy", 135);
    private static readonly Split ProfessionalMedicine = Mmlu("professional medicine", "professional_medicine", 272);
    private static readonly Split CollegeBiology = Mmlu("college biology", "college_biology", 144);
    private static readonly Split CollegeMedicine = Mmlu("college medicine", "college_medicine", 173);

    private static readonly ImmutableArray<Split> Splits = [MedQa, MedMcqa, PubMedQa, ClinicalKnowledge, MedicalGenetics, Anatomy, ProfessionalMedicine, CollegeBiology, CollegeMedicine];

    /// <summary>All of them, by benchmark.</summary>
    public static ImmutableArray<PublishedResult> All { get; } =
    [
        Of(MedQa, "BioLinkBERT (340M)", "fine-tuned", 45.1, MedPalm, Leaderboard),
        Of(MedQa, "DRAGON", "fine-tuned", 47.5, Dragon, Leaderboard),
        Of(MedQa, "Galactica (120B)", "zero-shot", 44.4, GalacticaPaper, Leaderboard),
        Of(MedQa, "PubMedGPT (2.7B)", "fine-tuned", 50.3, MedPalm, Leaderboard),
        Of(MedQa, "GPT-3.5", "best of several prompts", 60.2, Reason, Abstract),
        Of(MedQa, "Flan-PaLM (540B)", "best of few-shot, chain of thought and self-consistency", 67.6, MedPalm, Abstract),
        Of(MedQa, "Flan-PaLM (540B)", "self-consistency with 41 samples, the least certain 45 % deferred", 82.5, MedPalm, "the paper's text on selective prediction") with { Deferred = 0.45 },
        Of(MedQa, "Med-PaLM (540B)", "self-consistency", 67.2, MedPalm2, Abstract),
        Of(MedQa, "Med-PaLM 2", "5-shot", 79.7, MedPalm2, Leaderboard),
        Of(MedQa, "Med-PaLM 2", "chain of thought with self-consistency", 83.7, MedPalm2, Leaderboard),
        Of(MedQa, "Med-PaLM 2", "ensemble refinement", 85.4, MedPalm2, Leaderboard),
        Of(MedQa, "Med-PaLM 2", "best", 86.5, MedPalm2, Abstract),
        Of(MedQa, "GPT-4", "Medprompt", 90.2, Medprompt, Leaderboard),
        Of(MedQa, "Med-Gemini", "uncertainty-guided search", 91.1, MedGemini, Abstract),
        Of(MedMcqa, "BioMedLM (2.7B)", "fine-tuned", 57.3, BioMedLm, Abstract),
        Of(MedMcqa, "Flan-PaLM (540B)", "best of few-shot, chain of thought and self-consistency", 57.6, MedPalm, MultilingualTable),
        Of(MedMcqa, "GPT-3.5", "best of several prompts", 62.7, Reason, Abstract),
        Of(MedMcqa, "Med-PaLM 2", "best", 72.3, MedPalm2, MultilingualTable),
        Of(PubMedQa, "GPT-3.5", "best of several prompts", 78.2, Reason, Abstract),
        Of(PubMedQa, "Flan-PaLM (540B)", "best of few-shot, chain of thought and self-consistency", 79.0, MedPalm, MultilingualTable),
        Of(PubMedQa, "Med-PaLM 2", "best", 81.8, MedPalm2, MultilingualTable),
        Of(MedicalGenetics, "BioMedLM (2.7B)", "fine-tuned", 69.0, BioMedLm, Abstract),
        .. Topics("Flan-PaLM (540B)", "best of few-shot, chain of thought and self-consistency", MedPalm, 80.4, 75.0, 63.7, 83.8, 88.9, 76.3),
        .. Topics("Med-PaLM 2", "best", MedPalm2, 88.7, 92.0, 84.4, 95.2, 95.8, 83.2),
    ];

    /// <summary>The published results that belong beside a run's data sets, each with whether it can be compared.</summary>
    /// <param name="datasets">The run's slices per data set.</param>
    public static ImmutableArray<PublishedBeside> Beside(ImmutableArray<Slice> datasets) =>
    [
        .. from slice in datasets
           from result in All
           where Family(slice.Dataset) == Family(result.Dataset)
           select Beside(slice, result),
    ];

    private static PublishedBeside Beside(Slice slice, PublishedResult result)
    {
        if (!string.Equals(slice.Dataset, result.Dataset, StringComparison.OrdinalIgnoreCase))
        {
            return new PublishedBeside(slice.Dataset, result, false, $"not comparable: results are on {result.Dataset}, and nothing says that this is the same split with the same options");
        }

        if (slice.Accuracy.Chance is not { } chance || Math.Abs(chance - (1.0 / result.Options)) > 1e-9)
        {
            return new PublishedBeside(slice.Dataset, result, false, $"not comparable: results are on {result.Options} options a question");
        }

        var asked = slice.Accuracy.Scored + slice.Accuracy.Failed;
        return new PublishedBeside(slice.Dataset, result, true, asked == result.Questions ? null : $"this run has {asked} of the {result.Questions} questions");
    }

    /// <summary>The benchmark that a data set's name starts with (for MMLU with its topic), or the name itself.</summary>
    private static string Family(string dataset)
    {
        foreach (var split in Splits)
        {
            if (dataset.StartsWith(split.Family, StringComparison.OrdinalIgnoreCase))
            {
                return split.Family;
            }
        }

        return dataset;
    }

    private static Split Mmlu(string topic, string name, int questions) => new($"MMLU {topic}, test", $"mmlu_{name}_test", 4, questions);

    private static PublishedResult[] Topics(string model, string method, Paper paper, double clinical, double genetics, double anatomy, double professional, double biology, double medicine) =>
    [
        Of(ClinicalKnowledge, model, method, clinical, paper, MultilingualTable),
        Of(MedicalGenetics, model, method, genetics, paper, MultilingualTable),
        Of(Anatomy, model, method, anatomy, paper, MultilingualTable),
        Of(ProfessionalMedicine, model, method, professional, paper, MultilingualTable),
        Of(CollegeBiology, model, method, biology, paper, MultilingualTable),
        Of(CollegeMedicine, model, method, medicine, paper, MultilingualTable),
    ];

    private static PublishedResult Of(Split split, string model, string method, double percent, Paper paper, string readIn) => new()
    {
        Benchmark = split.Name,
        Dataset = split.Dataset,
        Options = split.Options,
        Questions = split.Questions,
        Model = model,
        Method = method,
        Accuracy = percent / 100,
        Source = paper.Citation,
        Year = paper.Year,
        ReadIn = readIn,
    };

    private sealed record Paper(string Citation, int Year);

    private sealed record Split(string Name, string Dataset, int Options, int Questions)
    {
        /// <summary><c>medqa</c>, <c>mmlu_anatomy</c>.</summary>
        public string Family { get; } = Dataset.StartsWith("mmlu_", StringComparison.Ordinal) ? Dataset[..Dataset.LastIndexOf('_')] : Dataset[..Dataset.IndexOf('_')];
    }
}
