using System.Collections.Immutable;

namespace MedQA.Evaluation.Reporting;

/// <summary>Accuracies from the literature. Only figures that were read in the place named; others are left out.</summary>
public static class PublishedResults
{
    /// <summary>
    /// The edition of the table. It rises when results are added, so that reports of earlier editions can still be made again, byte for
    /// byte. Results that are in an edition stay as they are.
    /// </summary>
    public const int CurrentEdition = 2;

    private static readonly Paper MedPalm = new("Singhal et al., Large language models encode clinical knowledge, Nature 620", 2023);
    private static readonly Paper MedPalm2 = new(
        "Singhal et al., Toward expert-level medical question answering with large language models, Nature Medicine 31", 2025);
    private static readonly Paper MedPalm2Preprint = new(
        "Singhal et al., Towards expert-level medical question answering with large language models, arXiv 2305.09617", 2023);
    private static readonly Paper Gpt4 = new("Nori et al., Capabilities of GPT-4 on medical challenge problems, arXiv 2303.13375", 2023);
    private static readonly Paper Medprompt = new(
        "Nori et al., Can generalist foundation models outcompete special-purpose tuning?, arXiv 2311.16452", 2023);
    private static readonly Paper MedGemini = new("Saab et al., Capabilities of Gemini models in medicine, arXiv 2404.18416", 2024);
    private static readonly Paper GalacticaPaper = new(
        "Taylor et al., Galactica: a large language model for science, arXiv 2211.09085", 2022);
    private static readonly Paper Dragon = new(
        "Yasunaga et al., Deep bidirectional language-knowledge graph pretraining, arXiv 2210.09338", 2022);
    private static readonly Paper BioGpt = new("Luo et al., BioGPT, Briefings in Bioinformatics 23", 2022);
    private static readonly Paper BioMedLm = new("Bolton et al., BioMedLM, arXiv 2403.18421", 2024);
    private static readonly Paper Meditron = new(
        "Chen et al., MEDITRON-70B: scaling medical pretraining for large language models, arXiv 2311.16079", 2023);
    private static readonly Paper LinkBert = new(
        "Yasunaga et al., LinkBERT: pretraining language models with document links, arXiv 2203.15827", 2022);
    private static readonly Paper Reason = new(
        "Liévin et al., Can large language models reason about medical questions?, arXiv 2207.08143; Patterns 5 (2024)", 2022);

    private const string Abstract = "the paper's abstract";
    private const string ReasonTable = "Table 1 of Liévin et al., arXiv 2207.08143v4 (row Codex 5-shot CoT)";
    private const string NatureText = "the paper's text on the state of the art";
    private const string NatureMedicineTable = "Table 1 of Singhal et al., Nature Medicine 31 (2025)";
    private const string Leaderboard = "the Papers with Code leaderboard of MedQA (USMLE)";
    private const string PubMedQaLeaderboard = "the leaderboard of pubmedqa.github.io (reasoning required), as of 2024-04-28";
    private const string LinkBertTable = "the table in the README of michiyasunaga/LinkBERT, the authors' own";
    private const string MedPalm2Table = "Table 5 of Singhal et al., arXiv 2305.09617v1";
    private const string GalacticaTable = "Table 10 of Taylor et al., arXiv 2211.09085";
    private const string BioMedLmTable = "Table 10 of Bolton et al., arXiv 2403.18421v1";
    private const string FiveShotTable = "the table of 5-shot results in the model card of wanglab/ClinicalCamel-70B";
    private const string Report = "a single answer to each question";
    private const string ByFleming = "reasoning, as measured by the authors of Fleming-R1";
    private const string Harness = "likelihood of the options, lm-evaluation-harness";
    private const string MedpromptFigure = "the figure medprompt_radar of microsoft/promptbase, the authors' own";

    private static readonly Paper Huatuo = new(
        "Chen et al., HuatuoGPT-o1, towards medical complex reasoning with LLMs, arXiv 2412.18925", 2024);
    private static readonly Paper Fleming = new(
        "Liu et al., Fleming-R1: toward expert-level medical reasoning via reinforcement learning, arXiv 2509.15279", 2025);
    private static readonly Paper M1 = new(
        "Huang et al., m1: unleash the potential of test-time scaling for medical reasoning with large language models, arXiv 2504.00869",
        2025);
    private static readonly Paper MedGemma15 = new(
        "Google Research and Google DeepMind, MedGemma 1.5 technical report, arXiv 2604.05081", 2026);
    private static readonly Paper MMed = new(
        "Qiu et al., Towards building multilingual language model for medicine, Nature Communications 15", 2024);
    private static readonly Paper Med42 = new("M42 Health, Med42: clinical large language model, GitHub m42-health/med42", 2023);
    private static readonly Paper UltraMedical = new(
        "Zhang et al., UltraMedical: building specialized generalists in biomedicine, NeurIPS", 2024);
    private static readonly Paper BaichuanM1 = new("Baichuan, Baichuan-M1-14B, GitHub baichuan-inc/Baichuan-M1-14B", 2025);
    private static readonly Paper OpenMedicalLeaderboard = new("Open Life Science AI, Open Medical-LLM Leaderboard", 2024);

    private static readonly Place HuatuoTable = new(
        "Table 1 (page 7) of Chen et al., arXiv 2412.18925, the PDF in the authors' repository FreedomIntelligence/HuatuoGPT-o1 at 2c8d7fc",
        "https://github.com/FreedomIntelligence/HuatuoGPT-o1/blob/main/assets/paper.pdf");
    private static readonly Place FlemingTable = new(
        "Table 3 (page 8) of Liu et al., arXiv 2509.15279, the PDF in the authors' repository UbiquantAI/Fleming-R1 at 9c2219f",
        "https://github.com/UbiquantAI/Fleming-R1/blob/main/paper/Fleming-R1.pdf");
    private static readonly Place M1Table = new(
        "Table 1 of Huang et al., arXiv 2504.00869, a copy as text", "https://arxiv.org/abs/2504.00869");
    private static readonly Place MedGemmaTable = new(
        "Table 3 of the MedGemma 1.5 technical report, arXiv 2604.05081, a copy of ar5iv's page as text",
        "https://ar5iv.labs.arxiv.org/html/2604.05081");
    private static readonly Place MMedTable = new(
        "the table on English benchmarks in the README of MAGIC-AI4Med/MMedLM at 9722bb7, the authors' own",
        "https://github.com/MAGIC-AI4Med/MMedLM");
    private static readonly Place Med42Table = new(
        "the appendix of the README of m42-health/med42 at 0397f1b, the authors' own", "https://github.com/m42-health/med42");
    private static readonly Place UltraMedicalText = new(
        "the text of the README of TsinghuaC3I/UltraMedical at e53eab0, the authors' own; it says 4 options of the US set",
        "https://github.com/TsinghuaC3I/UltraMedical");
    private static readonly Place BaichuanTable = new(
        "the table in the README of baichuan-inc/Baichuan-M1-14B at ee2106d, the authors' own",
        "https://github.com/baichuan-inc/Baichuan-M1-14B");
    private static readonly Place OpenBioLlmResults = new(
        "the leaderboard's file of results of 2024-05-29",
        "https://huggingface.co/datasets/openlifescienceai/results/tree/main/aaditya/Llama3-OpenBioLLM-8B");
    private static readonly Place GemmaResults = new(
        "the leaderboard's file of results of 2024-05-16",
        "https://huggingface.co/datasets/openlifescienceai/results/tree/main/google/gemma-7b");

    private static readonly Split MedQa = new("MedQA (USMLE), 4 options, test", "medqa_us_test_4opt", 4, 1273);
    private static readonly Split MedMcqa = new("MedMCQA, dev", "medmcqa_dev", 4, 4183);
    private static readonly Split PubMedQa = new("PubMedQA, test", "pubmedqa_test", 3, 500);
    private static readonly Split ClinicalKnowledge = Mmlu("clinical knowledge", "clinical_knowledge", 265);
    private static readonly Split MedicalGenetics = Mmlu("medical genetics", "medical_genetics", 100);
    private static readonly Split Anatomy = Mmlu("anatomy", "anatomy", 135);
    private static readonly Split ProfessionalMedicine = Mmlu("professional medicine", "professional_medicine", 272);
    private static readonly Split CollegeBiology = Mmlu("college biology", "college_biology", 144);
    private static readonly Split CollegeMedicine = Mmlu("college medicine", "college_medicine", 173);

    private static readonly ImmutableArray<Split> Splits = [
        MedQa,
        MedMcqa,
        PubMedQa,
        ClinicalKnowledge,
        MedicalGenetics,
        Anatomy,
        ProfessionalMedicine,
        CollegeBiology,
        CollegeMedicine
    ];

    /// <summary>All of them, by benchmark.</summary>
    public static ImmutableArray<PublishedResult> All { get; } =
    [
        // The Med-PaLM papers print 45.1 for it.
        Of(MedQa, "BioLinkBERT (340M)", "fine-tuned", 44.6, LinkBert, LinkBertTable),
        Of(MedQa, "DRAGON", "fine-tuned", 47.5, Dragon, Leaderboard),
        Of(MedQa, "Galactica (120B)", "zero-shot", 44.4, GalacticaPaper, GalacticaTable),
        Of(MedQa, "PubMedGPT (2.7B)", "fine-tuned", 50.3, MedPalm, NatureText),
        Of(MedQa, "GPT-3.5 (Codex)", "5-shot chain of thought, vote of 100 samples", 60.2, Reason, ReasonTable),
        Of(
            MedQa,
            "Flan-PaLM (540B)",
            "self-consistency with 41 samples, the least certain 45 % deferred",
            82.5,
            MedPalm,
            "the paper's text on uncertainty and selective prediction") with { Deferred = 0.45 },
        Of(MedQa, "Med-PaLM (540B)", "self-consistency", 67.2, MedPalm2Preprint, Abstract),
        Of(MedQa, "Med-PaLM 2", "5-shot", 79.7, MedPalm2Preprint, MedPalm2Table),
        Of(MedQa, "Med-PaLM 2", "chain of thought with self-consistency", 83.7, MedPalm2Preprint, MedPalm2Table),
        Of(MedQa, "Meditron-70B", "fine-tuned, chain of thought with self-consistency", 70.2, Meditron, Leaderboard),
        Of(MedQa, "Med-Gemini", "uncertainty-guided search", 91.1, MedGemini, Abstract),
        Of(MedMcqa, "Galactica (120B)", "zero-shot, the training split read in pre-training", 52.9, GalacticaPaper, GalacticaTable),
        Of(MedMcqa, "BioMedLM (2.7B)", "fine-tuned", 57.3, BioMedLm, Abstract),
        // 62.7, which the abstract names, is on the test set.
        Of(MedMcqa, "GPT-3.5 (Codex)", "5-shot chain of thought, vote of 100 samples", 59.7, Reason, ReasonTable),
        Of(PubMedQa, "BioLinkBERT (large)", "fine-tuned", 72.2, LinkBert, LinkBertTable),
        Of(PubMedQa, "PubMedGPT (2.7B)", "fine-tuned", 74.4, BioMedLm, BioMedLmTable),
        Of(PubMedQa, "Galactica (120B)", "zero-shot, the training split read in pre-training", 77.6, GalacticaPaper, GalacticaTable),
        Of(PubMedQa, "BioGPT", "fine-tuned", 78.2, BioGpt, Abstract),
        Of(PubMedQa, "BioGPT-Large", "fine-tuned with further data", 81.0, BioGpt, Abstract),
        Of(PubMedQa, "GPT-3.5 (Codex)", "5-shot chain of thought, vote of 100 samples", 78.2, Reason, ReasonTable),
        Of(PubMedQa, "Meditron-70B", "fine-tuned, chain of thought with self-consistency", 81.6, Meditron, PubMedQaLeaderboard),
        Of(MedicalGenetics, "BioMedLM (2.7B)", "fine-tuned", 69.0, BioMedLm, Abstract),
        .. Table(
            "Flan-PaLM (540B)",
            "best of few-shot, chain of thought and self-consistency",
            MedPalm,
            NatureMedicineTable,
            [67.6, 57.6, 79.0, 80.4, 75.0, 63.7, 83.8, 88.9, 76.3]),
        .. Table(
            "Med-PaLM 2", "ensemble refinement", MedPalm2, NatureMedicineTable, [85.4, 72.3, 75.0, 88.7, 92.0, 84.4, 92.3, 95.8, 83.2]),
        .. Table(
            "Med-PaLM 2",
            "best of its models and strategies",
            MedPalm2,
            NatureMedicineTable,
            [86.5, 72.3, 81.8, 88.7, 92.0, 84.4, 95.2, 95.8, 83.2]),
        // The table in Nature Medicine, headed 5-shot, has 75.2, 95.1 and 76.9 on PubMedQA, college biology and college medicine:
        // zero-shot.
        .. Table("GPT-4", "5-shot", Gpt4, FiveShotTable, [81.4, 72.4, 74.4, 86.4, 92.0, 80.0, 93.8, 93.8, 76.3]),
        .. Table(
            "GPT-4-base",
            "5-shot by the heading of the table that compares it",
            Gpt4,
            NatureMedicineTable,
            [86.1, 73.7, 80.4, 88.7, 97.0, 85.2, 93.8, 97.2, 80.9]),
        .. Table("GPT-4", "Medprompt", Medprompt, MedpromptFigure, [90.2, 79.1, 82.0, 95.8, 98.0, 89.6, 95.2, 97.9, 89.0]),

        // The second edition. PubMedQA is left out where a table's figures cannot be shares of the 500 questions of its test split:
        // HuatuoGPT-o1, m1 and Fleming-R1 ask all 1,000 labelled ones. MedQA is left out where nothing states the number of options, and
        // MedMCQA where nothing says that the split is dev.
        .. Second("MedGemma (4B)", Report, MedGemma15, MedGemmaTable, (MedQa, 64.4), (PubMedQa, 73.4)),
        .. Second("MedGemma 1.5 (4B)", Report, MedGemma15, MedGemmaTable, (MedQa, 69.1), (PubMedQa, 67.6)),
        .. Second("MedGemma (27B)", Report, MedGemma15, MedGemmaTable, (MedQa, 85.3), (PubMedQa, 77.2)),
        .. Second("Qwen3 VL (4B)", Report, MedGemma15, MedGemmaTable, (MedQa, 76.8), (PubMedQa, 74.8)),
        .. Second("Gemini 3 Flash", Report, MedGemma15, MedGemmaTable, (MedQa, 94.3), (PubMedQa, 80.8)),
        .. Second("Gemini 3 Pro", Report, MedGemma15, MedGemmaTable, (MedQa, 95.1), (PubMedQa, 82.2)),
        .. Second("DeepSeek-R1 (671B)", ByFleming, Fleming, FlemingTable, (MedQa, 92.93), (MedMcqa, 80.40)),
        .. Second("gpt-oss-120b", ByFleming, Fleming, FlemingTable, (MedQa, 90.97), (MedMcqa, 75.09)),
        .. Second("gpt-oss-20b", ByFleming, Fleming, FlemingTable, (MedQa, 85.55), (MedMcqa, 68.78)),
        .. Second("Fleming-R1 (32B)", "reasoning, trained by reinforcement", Fleming, FlemingTable, (MedQa, 89.32), (MedMcqa, 74.52)),
        .. Second("Fleming-R1 (7B)", "reasoning, trained by reinforcement", Fleming, FlemingTable, (MedQa, 75.10), (MedMcqa, 64.16)),
        .. Second("Qwen3 (32B)", ByFleming, Fleming, FlemingTable, (MedQa, 86.96), (MedMcqa, 72.51)),
        .. Second("HuatuoGPT-o1 (72B)", ByFleming, Fleming, FlemingTable, (MedQa, 88.30), (MedMcqa, 76.02)),
        .. Second("HuatuoGPT-o1 (7B)", ByFleming, Fleming, FlemingTable, (MedQa, 66.30), (MedMcqa, 62.11)),
        .. Second("Baichuan-M2 (32B)", ByFleming, Fleming, FlemingTable, (MedQa, 88.22), (MedMcqa, 69.81)),
        .. Second("Qwen2.5 (32B)", "as measured by the authors of Fleming-R1", Fleming, FlemingTable, (MedQa, 71.56), (MedMcqa, 64.50)),
        .. Second("Qwen2.5 (7B)", "as measured by the authors of Fleming-R1", Fleming, FlemingTable, (MedQa, 59.86), (MedMcqa, 55.89)),
        .. Second("HuatuoGPT-o1 (8B)", "reasoning, trained by reinforcement", Huatuo, HuatuoTable, (MedMcqa, 60.4)),
        .. Second("HuatuoGPT-o1 (70B)", "reasoning, trained by reinforcement", Huatuo, HuatuoTable, (MedMcqa, 73.6)),
        .. Second("m1-7B-23K", "fine-tuned, reasoning with a budget of tokens", M1, M1Table, (MedMcqa, 62.54)),
        .. Second("m1-32B-1K", "fine-tuned, reasoning with a budget of tokens", M1, M1Table, (MedMcqa, 67.34)),
        .. Second(
            "MMed-Llama 3 (8B)",
            "pre-trained and fine-tuned further",
            MMed,
            MMedTable,
            (ClinicalKnowledge, 71.3),
            (MedicalGenetics, 85.0),
            (Anatomy, 69.6),
            (ProfessionalMedicine, 77.6),
            (CollegeBiology, 74.3),
            (CollegeMedicine, 66.5)),
        .. Second(
            "Med42 (70B)",
            "zero-shot, fine-tuned",
            Med42,
            Med42Table,
            (ClinicalKnowledge, 74.3),
            (MedicalGenetics, 86.0),
            (Anatomy, 67.4),
            (ProfessionalMedicine, 79.8),
            (CollegeBiology, 84.0),
            (CollegeMedicine, 68.8)),
        .. Second("UltraMedical (70B)", "fine-tuned; how it was asked is not said", UltraMedical, UltraMedicalText, (MedQa, 86.5)),
        .. Second("Baichuan-M1 (14B)", "instruction-tuned", BaichuanM1, BaichuanTable, (Anatomy, 80.0), (MedicalGenetics, 91.0)),
        .. Second(
            "OpenBioLLM (8B)",
            Harness,
            OpenMedicalLeaderboard,
            OpenBioLlmResults,
            (MedQa, 57.8),
            (MedMcqa, 57.8),
            (PubMedQa, 72.0),
            (ClinicalKnowledge, 76.6),
            (MedicalGenetics, 84.0),
            (Anatomy, 68.1),
            (ProfessionalMedicine, 78.3),
            (CollegeBiology, 83.3),
            (CollegeMedicine, 67.6)),
        .. Second(
            "Gemma (7B)",
            Harness,
            OpenMedicalLeaderboard,
            GemmaResults,
            (MedQa, 48.7),
            (MedMcqa, 49.3),
            (PubMedQa, 75.6),
            (ClinicalKnowledge, 69.4),
            (MedicalGenetics, 70.0),
            (Anatomy, 58.5),
            (ProfessionalMedicine, 63.2),
            (CollegeBiology, 77.1),
            (CollegeMedicine, 60.7)),
    ];

    /// <summary>Returns the published results that belong beside a run's data sets, each with whether it can be compared.</summary>
    /// <param name="datasets">The run's slices per data set.</param>
    /// <param name="edition">The edition of the table: later results are left out.</param>
    public static ImmutableArray<PublishedBeside> Beside(ImmutableArray<Slice> datasets, int edition = CurrentEdition) =>
    [
        .. from slice in datasets
           from result in All
           where result.Edition <= edition && Family(slice.Dataset) == Family(result.Dataset)
           select Beside(slice, result),
    ];

    private static PublishedBeside Beside(Slice slice, PublishedResult result)
    {
        if (!string.Equals(slice.Dataset, result.Dataset, StringComparison.OrdinalIgnoreCase))
        {
            return new PublishedBeside(
                slice.Dataset,
                result,
                false,
                $"not comparable: results are on {result.Dataset}, and nothing says that this is the same split with the same options");
        }

        if (slice.Accuracy.OptionsEach != result.Options)
        {
            return new PublishedBeside(slice.Dataset, result, false, $"not comparable: results are on {result.Options} options a question");
        }

        var asked = slice.Accuracy.Scored + slice.Accuracy.Failed + slice.Accuracy.Unaskable;
        return new PublishedBeside(
            slice.Dataset, result, true, asked == result.Questions ? null : $"this run has {asked} of the {result.Questions} questions");
    }

    /// <summary>Returns the benchmark that a data set's name starts with (for MMLU with its topic), or the name itself.</summary>
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

    /// <summary>Returns a row of a table over all data sets, in the order of <see cref="Splits"/>.</summary>
    private static IEnumerable<PublishedResult> Table(string model, string method, Paper paper, string readIn, double[] percents) =>
        Splits.Zip(percents, (split, percent) => Of(split, model, method, percent, paper, readIn));

    /// <summary>Returns a model's results of the second edition.</summary>
    private static IEnumerable<PublishedResult> Second(
        string model, string method, Paper paper, Place place, params (Split Split, double Percent)[] figures) =>
        figures.Select(figure =>
            Of(figure.Split, model, method, figure.Percent, paper, place.Name) with
            {
                // The first edition's accuracies stay as they are, so that its reports have the same bytes.
                Accuracy = Math.Round(figure.Percent / 100, 4),
                Edition = 2,
                Url = place.Address,
            });

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

    private sealed record Place(string Name, string Address);

    private sealed record Split(string Name, string Dataset, int Options, int Questions)
    {
        /// <summary><c>medqa</c>, <c>mmlu_anatomy</c>.</summary>
        public string Family { get; } =
            Dataset.StartsWith("mmlu_", StringComparison.Ordinal) ? Dataset[..Dataset.LastIndexOf('_')] : Dataset[..Dataset.IndexOf('_')];
    }
}
