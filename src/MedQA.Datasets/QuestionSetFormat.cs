namespace MedQA.Datasets;

/// <summary>The formats in which question sets are published. A file's format is recognized by its content, never by its name.</summary>
public enum QuestionSetFormat
{
    /// <summary>Delimited text with a header: this project's own format.</summary>
    Csv,

    /// <summary>
    /// MMLU's CSV without a header: question, options, letter. The subject is the file's name (Hendrycks et al., arXiv 2009.03300).
    /// </summary>
    Mmlu,

    /// <summary>
    /// MedQA's JSON lines: question, options by letter, answer, answer_idx, meta_info; with 4 or 5 options, with or without metamap phrases
    /// (Jin et al., arXiv 2009.13081).
    /// </summary>
    MedQa,

    /// <summary>MedMCQA's JSON lines: question, opa to opd, cop (Pal et al., arXiv 2203.14371).</summary>
    MedMcqa,

    /// <summary>PubMedQA: records by PMID with contexts and a decision of yes, no or maybe (Jin et al., arXiv 1909.06146).</summary>
    PubMedQa,

    /// <summary>The PMIDs and decisions of PubMedQA's test questions: not a question set; says which records of one to use.</summary>
    PubMedQaLabels,

    /// <summary>A JSON object on each line, with names as the columns of the CSV.</summary>
    JsonLines,

    /// <summary>A JSON array of such objects, or such objects over several lines each.</summary>
    Json,

    /// <summary>LiveQA's XML of consumer questions with reference answers (Ben Abacha et al., TREC 2017).</summary>
    LiveQa,

    /// <summary>
    /// An Office Open XML workbook (xlsx) with a header as the CSV has; MedicationQA is published so (Ben Abacha et al., MedInfo 2019).
    /// </summary>
    Spreadsheet,

    /// <summary>Apache Parquet with columns as the CSV has.</summary>
    Parquet,

    /// <summary>Plain text with a question on each line, as lists of search queries such as HealthSearchQA's.</summary>
    QuestionList,
}
