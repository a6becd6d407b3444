namespace MedQA.Evaluation.Extraction.Words;

/// <summary>Chinese, with the words for answers of Japanese that have no syllables in them.</summary>
internal static class ChineseWords
{
    public static LanguageWords All { get; } = new(
        new Dictionary<WordRoles, string>
        {
            [WordRoles.AnswerNouns] = "答案 正确答案 正确选项 最终答案 最佳答案 参考答案 标准答案 正确的是 正确的选项 最合适的是 最恰当的是 最可能的是 最佳选项 答 正解 正答 解答 回答 最終回答 最终诊断 最后诊断",
            [WordRoles.Disqualifiers] = "错误 错误的 错 不 非 最初 原来 常见",
            [WordRoles.Connectors] =
                "是 为 就是 即 即为 应为 应是 应该是 应当是 选 选择 选项 的 所以 因此 故 则 应 应该 应选 最 可能 不 也 显然 确实 无疑 本题 该题 此题 这道题 题 只能是 必定是 一定是 "
                + "肯定是 必然是 只可能是 无疑是 必是 毫无疑问是 显然是 当然是 毫无疑问 用排除法 排除法 不可能不是 正是 不如说是",
            [WordRoles.Copulas] =
                "是 为 就是 即为 应为 应是 应该是 应当是 正确的是 最合适的是 最恰当的是 最可能的是 只能是 必定是 一定是 肯定是 必然是 只可能是 无疑是 必是 毫无疑问是 显然是 当然是 不可能不是 正是 不如说是",
            [WordRoles.SubjectCopulas] = "是 为 就是 才是 应为 应是 应该是 不是 并非 不 也 都 只能是 必定是 一定是 肯定是 必然是 只可能是 无疑是 必是 毫无疑问是 显然是 当然是 正是 不可能不是",
            [WordRoles.Adverbs] = "最 就 才 确实 显然 也 的 应 其余 均 其他 根据 按照 依据",
            [WordRoles.Predicates] = "正确 正确的 对 对的 正确答案 正确选项 最佳答案 最佳选项 正确的选项 符合题意 才对 才正确",
            [WordRoles.PredicatesBehind] = "正确 正确的 对 错误 错误的 不正确 不正确的 不对 错 错的 最 符合题意 不符合 才对 才正确",
            [WordRoles.Approvals] = "正确 对 是 ✓",
            [WordRoles.Rejections] = "错误 不正确 不对 错 否",
            [WordRoles.Superlatives] = "最 最可能 最合适 最佳 最恰当",
            [WordRoles.Praise] = "正确 正确的 最佳 最终 最可能 最合适 最 修正后的 更正后的 修改后的",
            [WordRoles.Topics] = "诊断 原因 治疗 药物 解释 选项 合适 恰当 可能",
            [WordRoles.Tentative] = "可能 可能是 也许 或许 大概",
            [WordRoles.Negations] = "不 非 不是 并非 不能 不应 不应该 不会 没有 无 排除 除了 除 并不 未 别 不选 不可 不可能 无法 绝不 而不选 而非 而不是",
            [WordRoles.Wrong] = "错误 错误的 错 错的 不正确 不正确的 不对 有误 不恰当 不合适 不符合",
            [WordRoles.Doubts] = "错误 错误的 误以为 误认为 不正确的是 错误的是 不符合的是 不包括 陷阱 误区 除外 排除",
            [WordRoles.Conditions] = "如果 若 假如 假设 要是 倘若 除非 如 若是 若要 倘 万一 假使",
            [WordRoles.Concessions] = "虽然 尽管",
            [WordRoles.Conclusions] = "因此 所以 故 故而 因而 综上 综上所述 总之 由此可见 于是 那么 那就 毫无疑问 用排除法 排除法 故选 因此选 所以选 于是选",
            [WordRoles.Reasons] = "因为 由于 因 从而",
            [WordRoles.Decisions] = "选 选择 应选 故选 挑选 选定 改选 应选择 应该选 应当选 必须选 就选 只能选 应该选择 应当选择 必须选择 只能选择 因此选 所以选 于是选 不如选",
            [WordRoles.OwnDecisions] = "认为 觉得 相信 倾向于 支持",
            [WordRoles.DecisionConnectors] = "选项 答案 是 为 应 应该 的 应该是 第 选 应选",
            [WordRoles.Auxiliaries] = "会 要 将 应 应该 本题 该题 此题 这道题 最终 最后 还是 就 题 因此 所以 想 必须 答案",
            [WordRoles.Obligations] = "应 应该 应当 必须",
            [WordRoles.Past] = "最初 起初 一开始 原来 先前 之前 开始 差点",
            [WordRoles.Corrections] = "而是 而 而应",
            [WordRoles.Contrasts] = "但 但是 然而 不过 可是 而",
            [WordRoles.AfterLetter] =
                "是 为 项 选项 正确 错误 正确的 错误的 不正确 不是 并非 不 对 错 因为 由于 而 而不是 也 都 就是 才是 最 符合 不符合 即 故 所以 因此 和 或 与 还是 或者 及 应 应该 "
                + "不对 除 比 更 更为 吗 呢 吧 符合题意 较 可能 而不选 而非 正是 才对 才正确 了",
            [WordRoles.BeforeSubject] = "选项 答案 因此 所以 故 但 但是 而 只有 认为 即 综上 综上所述 且 只 仅",
            [WordRoles.Evidence] = "最可能 可能性最大 提示 考虑 支持 符合 最符合 诊断 首选 最合适 最合适的 最恰当",
            [WordRoles.EvidenceLinks] = "是 为 就是 提示 考虑 支持 符合",
            [WordRoles.Persons] =
                "有人 学生 许多人 很多人 人们 他 她 他们 医生 同学 同学们 考生 专家 教科书 教材 大家 有些人 多数人 你 您 朋友 老师 文献 指南 同事 上级 上级医师 上级医生 主任 教授 师兄 师姐 室友 家属 患者 护士 "
                + "有的人 某些人 网友",
            [WordRoles.Speech] = "认为 说 觉得 选 选择 会选 主张 相信 建议 写 以为 坚持 坚持说 声称 表示 断言",
            [WordRoles.Distance] = "例如 比如 最初 起初 一开始 原来 误以为 误认为 格式 示例 乍看 乍一看 过去 以前 曾经 传统上 据说 写的是 写着 写道 旧版 说的是 以为 一度",
            [WordRoles.FirstPerson] = "我 我们 我会 笔者",
            [WordRoles.Interjections] = "等等 不对 不 抱歉 更正 纠正 修正 等一下 错了 哦 勘误 正誤表",
            [WordRoles.Retractions] = "我错了 说错了 更正为 改为 不同意 不赞同 不认同 不敢苟同 并不同意 不以为然 有异议 不能同意 无法确定 不能确定 无法判断 无法决定 难以确定 难以判断 作废 撤销 "
                + "改成 改成了 涂改成 涂改成了 更改为",
            [WordRoles.Leads] = "因此 所以 故 综上 综上所述 总之 应该是 改为 更正为 最终 更正 修正 故选 选 是的 对 毫无疑问 用排除法 排除法 改成 改成了 涂改成 涂改成了 更改为 不如选",
            [WordRoles.Pronouns] = "这 这是 那 那是 它 此 应该是 应是 这个答案 上述答案 只能是 必定是 一定是 肯定是 必然是 只可能是 无疑是 必是 毫无疑问是 显然是 当然是 应为 不如说是",
            [WordRoles.Fits] = "符合 符合题意 吻合 能解释",
            [WordRoles.Only] = "只有 仅 只 唯有",
            [WordRoles.Leaving] = "只剩 剩下 只剩下 仅剩 仅剩下 唯一剩下的是",
            [WordRoles.QuestionHeads] = "问题 题目 用户 患者问题 下一题 例题 下一个问题 另一题 另一个问题 问",
            [WordRoles.Restrictions] = "仅在 只在 对于",
            [WordRoles.ThisCase] = "这 该 本 此",
            [WordRoles.OptionNouns] = "选项 答案 项 该项",
            [WordRoles.Joins] = "和 或 与 还是 或者 及 以及",
            [WordRoles.Plurals] = "或者是 之一 哪个 哪一个 之间",
            [WordRoles.NegationsBehind] = "吗 除外 以外",
            [WordRoles.No] = "不",
            [WordRoles.Verdicts] = "正确 判断 答案 结论",
            [WordRoles.PredicateNouns] = "答案 选项",
            [WordRoles.ChoiceNouns] = "结论 结果",
            [WordRoles.Hypothetical] = "等于 等同于 无异于 意味着 会 就会 就等于 那就 相当于 则会 会导致",
        },
        [
        ]);
}
